import { randomBytes, randomInt } from 'node:crypto';

const MAX_SEQUENCE = 0xfff;

let lastMs = 0;
let sequence = 0;

/**
 * A UUID of version 7: ids sort by the time they were made. Those of one process only ever grow, within
 * a millisecond and when the clock goes back too.
 */
export function newId(now = Date.now()): string {
  advance(now);
  const time = lastMs.toString(16).padStart(12, '0');
  const counter = sequence.toString(16).padStart(3, '0');
  const random = randomBytes(8);
  random[0] = (random.readUInt8(0) & 0x3f) | 0x80;
  const tail = random.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** The counter begins in its lower half, so that thousands fit; when it is full, the next millisecond is borrowed. */
function advance(now: number): void {
  if (now > lastMs) {
    lastMs = now;
    sequence = randomInt(MAX_SEQUENCE >> 1);
  } else if (sequence < MAX_SEQUENCE) {
    sequence += 1;
  } else {
    lastMs += 1;
    sequence = 0;
  }
}
