import type { JsonObject } from '../../domain/record.js';
import type { MonitoringKind } from '../../domain/words.js';
import { objectOf, textOf } from '../answers.js';
import type { ControlAdapter } from '../port.js';
import { livekit } from './livekit.js';
import { twilio } from './twilio/adapter.js';
import { vapi } from './vapi.js';
import { voipbin } from './voipbin.js';
import { webhook } from './webhook.js';

/** One line a vendor. */
const ADAPTERS: readonly ControlAdapter[] = [
  livekit, //
  twilio,
  vapi,
  voipbin,
  webhook,
];

/** What is known of a source that decides how its calls are steered. */
export interface Steered {
  provider: string;
  settings: JsonObject;
  secret: string | null;
}

/** `control` of a source's settings. */
export const controlSettings = (settings: JsonObject): JsonObject => objectOf(settings.control);

/** The vendor that steers the source's calls: `control.provider` of its settings, else its own provider. */
export const vendorOf = ({ provider, settings }: Omit<Steered, 'secret'>): string =>
  textOf(controlSettings(settings).provider) ?? provider;

export const adapterOf = (source: Steered): ControlAdapter | null =>
  ADAPTERS.find(({ provider }) => provider === vendorOf(source)) ?? null;

export const capabilitiesOf = (source: Steered): ReadonlySet<MonitoringKind> =>
  adapterOf(source)?.capabilities(controlSettings(source.settings), source.secret) ?? new Set();
