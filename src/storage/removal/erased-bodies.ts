import type { EntityManager } from 'typeorm';
import { addressName, hintsOf, isErased, keyName, legName, madeName } from '../../domain/erasure.js';
import type { Instant } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import type { HashKey } from './ledger.js';
import { erasedHashes, hashKeyOfErasing, hashOf } from './ledger.js';

/** Something that could not be read, and is to be kept to be looked at. */
interface Body {
  sourceId: string;
  body: string;
}

/**
 * The bodies without those that tell of something erased: an erased call, by its id, as what they are made of,
 * or by a key, or the customer's past. One statement for a tenant that never erased anybody.
 */
export async function withoutErased<B extends Body>(
  tx: EntityManager,
  tenantId: string,
  bodies: readonly B[],
  now: Instant,
): Promise<B[]> {
  const hashKey = await hashKeyOfErasing(tx, tenantId);
  if (hashKey === null) return [...bodies];
  const known = bodies.map((body) => ({ body, ...namesOf(body, hashKey, now) }));
  const bounds = await erasedHashes(
    tx,
    tenantId,
    known.flatMap(({ hashes }) => hashes),
  );
  return known.filter(({ hashes, began }) => !isErased(hashes, began, bounds)).map(({ body }) => body);
}

/** A body that tells no time is one of now. */
function namesOf(
  { sourceId, body }: Body,
  hashKey: HashKey,
  now: Instant,
): { hashes: string[]; began: Instant } {
  const { words, keys, began } = hintsOf(body);
  const names = [
    ...words.flatMap((word) => [
      legName(sourceId, word),
      madeName(word),
      keyName({ namespace: 'interaction_id', value: word }),
    ]),
    ...keys.map(keyName),
    ...words.flatMap((word) => {
      const { e164 } = normalizeAddress(word, hashKey.defaultCountry);
      return e164 === null ? [] : [addressName(e164)];
    }),
  ];
  return { hashes: names.map((name) => hashOf(name, hashKey)), began: began ?? now };
}
