import { createHmac } from 'node:crypto';
import type { JsonObject } from '../domain/record.js';

const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token, signed with HMAC-SHA256. */
export function signJwt(claims: JsonObject, secret: string): string {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
