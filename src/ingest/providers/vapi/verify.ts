import type { JsonObject } from '../../../domain/record.js';
import { isOneOf } from '../../../domain/words.js';
import { HMAC_ALGORITHMS, SIGNATURE_ENCODINGS, hmac, isFresh, sameText } from '../../signature.js';
import type { Delivery, SourceFacts } from '../adapter.js';
import { objectOf, textOf } from '../read.js';

/**
 * Vapi signs only where its owner attached a credential. A source with `settings.hmac` demands the
 * HMAC plan; without it the secret itself is expected, as a bearer token or in `X-Vapi-Secret`.
 */
export function verify(delivery: Delivery, source: SourceFacts, receivedAt: number): boolean {
  const { secret, settings } = source;
  if (secret === null || secret === '') return false;
  return settings.hmac === undefined || settings.hmac === null
    ? carriesSecret(delivery, secret, settings)
    : isSigned(delivery, secret, objectOf(settings.hmac), receivedAt);
}

function carriesSecret({ headers }: Delivery, secret: string, settings: JsonObject): boolean {
  const tokenHeader = (textOf(settings.tokenHeader) ?? 'authorization').toLowerCase();
  const bearer = headers[tokenHeader]?.replace(/^bearer\s+/i, '');
  return [bearer, headers['x-vapi-secret']].some((given) => given !== undefined && sameText(given, secret));
}

function isSigned(
  { url, headers, rawBody }: Delivery,
  secret: string,
  plan: JsonObject,
  receivedAt: number,
): boolean {
  const algorithm = textOf(plan.algorithm) ?? 'sha256';
  const encoding = textOf(plan.encoding) ?? textOf(plan.signatureEncoding) ?? 'hex';
  const header = (field: string, fallback: string) =>
    headers[(textOf(plan[field]) ?? fallback).toLowerCase()];
  const signature = header('signatureHeader', 'x-signature');
  if (
    signature === undefined ||
    !isOneOf(HMAC_ALGORITHMS, algorithm) ||
    !isOneOf(SIGNATURE_ENCODINGS, encoding)
  )
    return false;
  const format = formatOf(plan);
  const timestamp = header('timestampHeader', 'x-timestamp');
  if (format.includes('{timestamp}') && !(timestamp !== undefined && isFresh(timestamp, receivedAt)))
    return false;
  const values = new Map<string, string | Buffer | undefined>([
    ['{body}', rawBody],
    ['{timestamp}', timestamp],
    ['{method}', 'POST'],
    ['{url}', url],
    ['{svix-id}', header('messageIdHeader', 'svix-id')],
  ]);
  const signed = format
    .split(/(\{[a-z-]+\})/)
    .map((part) => (values.has(part) ? (values.get(part) ?? '') : part));
  return sameText(
    signature,
    (textOf(plan.signaturePrefix) ?? '') + hmac(algorithm, secret, encoding, ...signed),
  );
}

/** `includeTimestamp: false` alone means that the body stands by itself. */
const formatOf = (plan: JsonObject): string =>
  textOf(plan.payloadFormat) ?? (plan.includeTimestamp === false ? '{body}' : '{timestamp}.{body}');
