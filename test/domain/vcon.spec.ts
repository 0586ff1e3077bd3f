import { describe, expect, it } from '@jest/globals';
import type { VconSubject, VconTurn } from '../../src/domain/vcon.js';
import {
  recordingDialog,
  turnDialog,
  vconAnalysis,
  vconHead,
  VconParties,
  vconUuid,
} from '../../src/domain/vcon.js';

const FROM = Date.parse('2026-09-14T15:04:05.000Z');
const subject = (over: Partial<VconSubject> = {}): VconSubject => ({
  id: '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30',
  createdAt: FROM,
  updatedAt: FROM + 60_000,
  customerAddress: '+12025550123',
  customerName: null,
  segments: [
    { legId: 'd1', role: 'DIALER' },
    { legId: 'a1', role: 'ASSISTANT' },
    { legId: 'h1', role: 'HUMAN' },
  ],
  ...over,
});
const turn = (over: Partial<VconTurn> = {}): VconTurn => ({
  callId: 'a1',
  at: FROM + 4_250,
  endedAt: FROM + 6_000,
  speaker: 'ASSISTANT',
  text: 'Hello',
  ...over,
});

const CUSTOMER = { type: 'person', tel: '+12025550123' };
const ASSISTANT = { type: 'bot', name: 'Assistant' };
const AGENT = { type: 'person', name: 'Agent' };

describe('a vCon', () => {
  it('is named by the interaction’s own UUID, as one of version 8', () => {
    expect(vconUuid('0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30')).toBe('0192f0a4-7c11-8e3a-9d42-5b8e6f1c2d30');
  });

  it('says first which syntax it is, and of when', () => {
    expect(vconHead(subject())).toEqual({
      vcon: '0.4.0',
      uuid: '0192f0a4-7c11-8e3a-9d42-5b8e6f1c2d30',
      created_at: '2026-09-14T15:04:05.000Z',
      updated_at: '2026-09-14T15:05:05.000Z',
    });
  });
});

describe('the parties of a vCon', () => {
  it.each<[string, Partial<VconSubject>, object[]]>([
    [
      'are the customer, then those whose voice a system is, in order of time',
      {},
      [CUSTOMER, ASSISTANT, AGENT],
    ],
    [
      'are not those who were expected and never came',
      { segments: [{ legId: null, role: 'ASSISTANT' }] },
      [CUSTOMER],
    ],
    [
      'are two when two humans had the customer',
      {
        segments: [
          { legId: 'h1', role: 'HUMAN' },
          { legId: 'h2', role: 'HUMAN' },
        ],
      },
      [CUSTOMER, AGENT, AGENT],
    ],
    [
      'have the name of the customer when it is known',
      { customerName: 'Ana', segments: [] },
      [{ ...CUSTOMER, name: 'Ana' }],
    ],
    [
      'have a customer of whom nothing is known',
      { customerAddress: null, segments: [] },
      [{ type: 'person' }],
    ],
    [
      'tell an address of SIP',
      { customerAddress: 'sip:ana@example.com', segments: [] },
      [{ type: 'person', sip: 'sip:ana@example.com' }],
    ],
    [
      'tell an address of e-mail',
      { customerAddress: 'ana@example.com', segments: [] },
      [{ type: 'person', mailto: 'ana@example.com' }],
    ],
  ])('%s', (_what, over, list) => {
    expect(new VconParties(subject(over)).list).toEqual(list);
  });

  it.each<[string, VconTurn['speaker'] & string, string, number]>([
    ['the customer, whatever the call', 'CUSTOMER', 'h1', 0],
    ['the assistant of the call', 'ASSISTANT', 'a1', 1],
    ['the assistant of another call when the call only carried it', 'ASSISTANT', 'd1', 1],
    ['the human of the call', 'AGENT', 'h1', 2],
  ])('are found by who spoke: %s', (_what, speaker, callId, index) => {
    const parties = new VconParties(subject());
    expect([parties.of(speaker, callId), parties.list.length]).toEqual([index, 3]);
  });

  it('gain one who spoke and belongs to no segment, once', () => {
    const parties = new VconParties(subject());
    expect([parties.of('SYSTEM', 'd1'), parties.of('SYSTEM', 'd1')]).toEqual([3, 3]);
    expect(parties.list.slice(3)).toEqual([{ type: 'bot', name: 'System' }]);
  });
});

describe('a dialog of a vCon', () => {
  const TEXT = {
    type: 'text',
    start: '2026-09-14T15:04:09.250Z',
    duration: 1.75,
    parties: [1],
    mediatype: 'text/plain',
    encoding: 'none',
    body: 'Hello',
  };
  const { duration: _duration, ...WITHOUT_DURATION } = TEXT;
  const { parties: _parties, ...WITHOUT_PARTIES } = TEXT;

  it.each<[string, Partial<VconTurn>, object]>([
    ['is what one party said, from when and for how long', {}, TEXT],
    ['has no duration when nobody told its end', { endedAt: null }, WITHOUT_DURATION],
    ['has no duration when it ends before it begins', { endedAt: FROM }, WITHOUT_DURATION],
    ['names nobody when nobody knows who spoke', { speaker: null }, WITHOUT_PARTIES],
    ['is empty when nothing is known of the words', { text: null }, { ...TEXT, body: '' }],
  ])('%s', (_what, over, dialog) => {
    expect(turnDialog(turn(over), new VconParties(subject()))).toEqual(dialog);
  });

  it('refers to audio with its digest, and to those who are heard in it', () => {
    const recording = {
      callId: 'a1',
      startedAt: FROM,
      durationMs: 2_500,
      mediatype: 'audio/wav',
      url: 'https://throughline.example.com/recordings/a1',
      contentHash: 'sha256-x',
    };
    const parties = new VconParties(subject());
    const whole = {
      type: 'recording',
      start: '2026-09-14T15:04:05.000Z',
      duration: 2.5,
      parties: [0, 1],
      mediatype: 'audio/wav',
      url: 'https://throughline.example.com/recordings/a1',
      content_hash: 'sha256-x',
    };
    expect(recordingDialog(recording, parties)).toEqual(whole);
    const { duration: _long, mediatype: _kind, ...bare } = whole;
    expect(recordingDialog({ ...recording, durationMs: null, mediatype: null }, parties)).toEqual(bare);
  });
});

describe('the analysis of a vCon', () => {
  it('is the summary and whose it is, without the name of a source', () => {
    const of = (source: 'PROVIDER' | 'THROUGHLINE') => vconAnalysis({ summary: 'She asked.', source });
    const told = { type: 'summary', mediatype: 'text/plain', encoding: 'none', body: 'She asked.' };
    expect(of('PROVIDER')).toEqual([{ ...told, vendor: 'Provider' }]);
    expect(of('THROUGHLINE')).toEqual([{ ...told, vendor: 'Throughline' }]);
    expect(vconAnalysis(null)).toEqual([]);
  });
});
