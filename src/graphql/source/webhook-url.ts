/** Where a source is reported to. Native webhooks carry no key: the address says which tenant they are for. */
export const webhookUrl = (base: string, name: string, tenantId: string): string =>
  `${base}/ingest/${name}?tenant=${tenantId}`;
