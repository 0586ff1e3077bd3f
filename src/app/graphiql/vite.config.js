import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/graphiql/',
  logLevel: 'warn',
  plugins: [gzip()],
  build: {
    outDir: '../../../dist/graphiql',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Monaco is one chunk of 2.8 MB, whatever we do.
    chunkSizeWarningLimit: 4000,
    // 'use client' and the like in our packages: nothing here renders on a server.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es' },
});

/** Puts a compressed copy beside each large file, once here instead of on every request. */
function gzip() {
  return {
    name: 'gzip',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          if (content.length < 1400 || file.fileName.endsWith('.html')) continue;
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gzipSync(content) });
        }
      },
    },
  };
}
