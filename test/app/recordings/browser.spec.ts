import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../../support/audio-provider.js';
import { chromiumPath, launchChromium } from '../../support/chromium.js';
import { RecordingWorld } from '../../support/recording-world.js';
import { wav } from '../../support/wav.js';

const inBrowser = chromiumPath() === null && process.env['CI'] === undefined ? describe.skip : describe;

const AUDIO = wav(600_000);

inBrowser('a recording in Chromium', () => {
  let world: RecordingWorld;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    [world, browser] = await Promise.all([RecordingWorld.start(), launchChromium()]);
    const callId = await world.say('played', {
      url: world.provider.at('/a.wav', serve(AUDIO)),
      startedAt: '2026-09-14T14:50:02Z',
    });
    url = (await world.until(callId, 'AVAILABLE')).url ?? '';
    page = await browser.newPage();
    await page.goto(`${world.server.url}/healthz`);
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  it('plays from its link, and is sought in by ranges', async () => {
    const answers: { status: number; range: string | undefined }[] = [];
    page.on('response', (response) => {
      if (response.url() === url)
        answers.push({ status: response.status(), range: response.headers()['content-range'] });
    });
    const heard = await page.evaluate(async (src) => {
      const audio = new Audio();
      const event = (name: string) =>
        new Promise((resolve) => audio.addEventListener(name, resolve, { once: true }));
      audio.preload = 'metadata';
      audio.muted = true;
      const loaded = event('loadedmetadata');
      audio.src = src;
      document.body.append(audio);
      await loaded;
      const { duration } = audio;
      await audio.play();
      await event('timeupdate');
      const sought = event('seeked');
      audio.currentTime = 500;
      await sought;
      const soughtTo = audio.currentTime;
      while (audio.currentTime <= soughtTo) await event('timeupdate');
      const { error, paused } = audio;
      audio.pause();
      return {
        duration,
        isPlaying: !paused,
        error: error?.message ?? null,
        soughtTo,
        playedTo: audio.currentTime,
      };
    }, url);
    expect(heard).toMatchObject({ duration: 600, isPlaying: true, error: null });
    expect(Math.round(heard.soughtTo)).toBe(500);
    expect(heard.playedTo).toBeGreaterThan(heard.soughtTo);
    expect(heard.playedTo).toBeLessThan(520);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([206]));
    expect(answers[0]?.range).toBe(`bytes 0-${AUDIO.length - 1}/${AUDIO.length}`);
    const [, from = '0'] = /bytes (\d+)-/.exec(answers.at(-1)?.range ?? '') ?? [];
    expect(Number(from)).toBeGreaterThan(0);
  });

  it('is saved as a file under its own name', async () => {
    const callId = await world.callId('played');
    const { downloadUrl } = await world.recording(callId);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate((href) => {
        const link = document.createElement('a');
        link.href = href;
        document.body.append(link);
        link.click();
      }, downloadUrl ?? ''),
    ]);
    expect(download.suggestedFilename()).toBe(`recording-2026-09-14T14-50-02Z-${callId.slice(-12)}.wav`);
  });
});
