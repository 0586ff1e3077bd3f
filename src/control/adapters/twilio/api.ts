import type { Json, JsonObject } from '../../../domain/record.js';
import { baseOf, objectOf, textOf } from '../../answers.js';
import type { Target } from '../../port.js';
import type { VendorRequest } from '../../request.js';

const API = 'https://api.twilio.com';

/** A command of Twilio's REST API: a path under the account, and the fields of a form. */
export interface Form {
  path: string;
  fields: Record<string, string>;
}

/** The token of the account: the source's secret unless the settings say otherwise. */
export const tokenOf = (settings: JsonObject, secret: string | null): string | null =>
  textOf(settings.authToken) ?? secret;

export const callPath = (callSid: string): string => `Calls/${encodeURIComponent(callSid)}.json`;

/** By a conference's sid, or, for adding somebody, by its name. */
export const participantsPath = (conference: string): string =>
  `Conferences/${encodeURIComponent(conference)}/Participants.json`;

/** Where the conference in progress of that name is told, if there is one. */
export const runningConference = (name: string): string =>
  `Conferences.json?FriendlyName=${encodeURIComponent(name)}&Status=in-progress`;

/** A list in an answer, each of it an object. */
export const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

export const command = (target: Target, { path, fields }: Form): VendorRequest => ({
  method: 'POST',
  url: urlOf(target, path),
  headers: { ...credentials(target), 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

export const question = (target: Target, path: string): VendorRequest => ({
  method: 'GET',
  url: urlOf(target, path),
  headers: credentials(target),
  body: null,
});

const accountOf = ({ settings }: Target): string => textOf(settings.accountSid) ?? '';

const urlOf = (target: Target, path: string): string =>
  `${baseOf(target.settings, API)}/2010-04-01/Accounts/${encodeURIComponent(accountOf(target))}/${path}`;

function credentials(target: Target): Record<string, string> {
  const { settings, secret } = target;
  const pair = Buffer.from(`${accountOf(target)}:${tokenOf(settings, secret) ?? ''}`).toString('base64');
  return { accept: 'application/json', authorization: `Basic ${pair}` };
}
