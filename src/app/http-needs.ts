import type { Permission } from '../domain/permissions.js';
import type { ExportKind } from '../graphql/export/export-address.js';
import { EXPORT_NEEDS, EXPORT_PATHS } from '../graphql/export/export-address.js';

/** What the addresses beside GraphQL need. A provider's webhook needs no key but its signature. */
export const HTTP_NEEDS = {
  'POST /ingest/:source': 'INGEST',
  'GET /timeline-analyses/:id': 'READ',
  'GET /recordings/:id': 'READ',
  'GET /listen/:actionId': 'MONITOR',
} as const satisfies Record<string, Permission>;

/** Those of exports among them. */
export const allHttpNeeds = (): [address: string, needed: Permission][] => [
  ...(Object.entries(HTTP_NEEDS) as [string, Permission][]),
  ...(Object.keys(EXPORT_PATHS) as ExportKind[]).map((kind): [string, Permission] => [
    `GET ${EXPORT_PATHS[kind]}`,
    EXPORT_NEEDS[kind],
  ]),
];

/** What anybody may ask for, and why that shows nothing. HEAD is asked for as GET is. */
export const OPEN_ADDRESSES: Readonly<Record<string, string>> = {
  'GET /': 'leads to GraphiQL',
  'GET /healthz': 'says that the process lives',
  'GET /readyz': 'says whether it serves',
  'GET /metrics': 'counts, without names, numbers and tenants',
  'GET /graphql': 'each field asks for itself',
  'POST /graphql': 'each field asks for itself',
  'OPTIONS /graphql': 'nothing is executed',
  'PUT /graphql': 'is refused',
  'DELETE /graphql': 'is refused',
  'PATCH /graphql': 'is refused',
  'GET /graphiql': 'a page without data',
  'GET /graphiql/*': 'a page without data',
  'GET /graphiql/config.json': 'the key of the demo tenant, in demo mode alone',
};
