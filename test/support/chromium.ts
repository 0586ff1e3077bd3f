import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `CHROMIUM_PATH`, or where systems usually put it; null when there is none. */
export function chromiumPath(): string | null {
  return process.env['CHROMIUM_PATH'] ?? USUAL_PLACES.find((path) => existsSync(path)) ?? null;
}

/** Whoever launches closes. */
export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('No Chromium found: install it, or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    args: [
      // As root, in a container, Chromium has no sandbox of its own.
      '--no-sandbox',
      '--disable-gpu',
      // What Chromium would ask of the outside by itself.
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
