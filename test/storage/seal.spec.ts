import { describe, expect, it } from '@jest/globals';
import { Sealer } from '../../src/storage/seal.js';

const sealer = new Sealer('a secret of sixteen letters');
const URL = 'https://phone.vapi.ai/7420/control';

describe('a sealed secret', () => {
  it('is opened by who sealed it, for whom it was sealed', () => {
    const sealed = sealer.seal('tenant/source/call', URL);
    expect(sealed).not.toContain('vapi');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('vapi');
    expect(sealer.open('tenant/source/call', sealed)).toBe(URL);
    expect(new Sealer('a secret of sixteen letters').open('tenant/source/call', sealed)).toBe(URL);
  });

  it('opens for nobody else', () => {
    const sealed = sealer.seal('tenant/source/call', URL);
    expect(sealer.open('tenant/source/another', sealed)).toBeNull();
    expect(new Sealer('another secret').open('tenant/source/call', sealed)).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['too short', 'AAAA'],
    ['no base64', '%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%'],
  ])('is nothing when it is %s', (_what, sealed) => {
    expect(sealer.open('owner', sealed)).toBeNull();
  });

  it('does not open when any byte of it was changed', () => {
    const bytes = Buffer.from(sealer.seal('owner', 'x'), 'base64url');
    for (let place = 0; place < bytes.length; place += 1) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect([place, sealer.open('owner', changed.toString('base64url'))]).toEqual([place, null]);
    }
  });

  it('looks alike when it is sealed again, and different for another owner or text', () => {
    expect(sealer.seal('a', URL)).toBe(sealer.seal('a', URL));
    expect(new Set([sealer.seal('a', URL), sealer.seal('b', URL), sealer.seal('a', `${URL}/`)]).size).toBe(3);
  });
});
