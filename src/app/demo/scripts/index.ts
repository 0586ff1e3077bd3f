import { APPOINTMENT, DAMAGED, ORDER_STATUS, RENEWAL, RETURN } from './english.js';
import type { Script } from './script.js';
import { DELAYED_ORDER, INVOICE, REMINDER } from './spanish.js';

export const SCRIPTS: readonly Script[] = [
  ORDER_STATUS,
  RETURN,
  APPOINTMENT,
  RENEWAL,
  DAMAGED,
  DELAYED_ORDER,
  REMINDER,
  INVOICE,
];
