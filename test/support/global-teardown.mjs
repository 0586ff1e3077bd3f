import { rmSync } from 'node:fs';

/** Ends what `global-setup.mjs` started. */
export default async function globalTeardown() {
  const { server, dataDir } = globalThis.testServer ?? {};
  await server?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
}
