import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface GraphiqlOptions {
  /** Where the build put the page: an absolute path. */
  bundleDir: string;
  /** A key that everyone who can load the page may use; null outside of the demo. */
  demoKey: () => string | null;
  /** The tenant of the demo key. */
  tenant: () => string | null;
}

const HEADERS = {
  // `style-src` and `worker-src` are what Monaco needs. 'self' covers the WebSocket of our own origin.
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const NOT_BUILT = 'GraphiQL is not built: `npm run build` makes it. The API at /graphql works without it.\n';

/** GraphiQL at `/graphiql/`, everything it loads from our own origin. */
export function registerGraphiql(app: FastifyInstance, options: GraphiqlOptions): void {
  const { bundleDir, demoKey, tenant } = options;

  void app.register(
    async (page) => {
      page.addHook('onRequest', async (_request, reply) => {
        reply.headers(HEADERS);
      });

      // The page loads its files relative to the folder. What follows the path is kept: `?query=`.
      page.get('', { prefixTrailingSlash: 'no-slash' }, (request, reply) =>
        reply.redirect(request.url.replace(/^\/graphiql/, '/graphiql/'), 308),
      );

      page.get('/config.json', (_request, reply) =>
        reply.header('cache-control', 'no-store').send({ demoKey: demoKey(), tenant: tenant() }),
      );

      await page.register(fastifyStatic, {
        root: bundleDir,
        decorateReply: false,
        preCompressed: true,
        cacheControl: false,
        setHeaders(response, path) {
          response.setHeader('vary', 'accept-encoding');
          response.setHeader('cache-control', cacheControl(path));
        },
      });

      page.setNotFoundHandler((_request, reply) => {
        reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
        return existsSync(join(bundleDir, 'index.html'))
          ? reply.code(404).send('Not found\n')
          : reply.code(503).send(NOT_BUILT);
      });
    },
    { prefix: '/graphiql' },
  );
}

/** The build puts a hash into each name in `assets`: a changed file has another name. */
function cacheControl(path: string): string {
  return /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
}
