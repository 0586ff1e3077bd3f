import type { ProviderAdapter } from './adapter.js';
import { twilio } from './twilio/adapter.js';
import { vapi } from './vapi/adapter.js';

/** One line a provider. Neutral records need no adapter: the core takes them as they are. */
const ADAPTERS: readonly ProviderAdapter[] = [
  twilio, //
  vapi,
];

export const PROVIDERS: string[] = ADAPTERS.map((adapter) => adapter.provider);

/** Of which a source can be. */
export const SOURCE_PROVIDERS: readonly string[] = ['neutral', ...PROVIDERS];

export const adapterFor = (provider: string): ProviderAdapter | null =>
  ADAPTERS.find((adapter) => adapter.provider === provider) ?? null;

/** The namespace in which other systems name the calls of a provider; null: none that is known. */
export const namespaceOf = (provider: string): string | null =>
  adapterFor(provider)?.identityNamespace ?? null;
