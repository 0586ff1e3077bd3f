import type { CauseKind } from '../../domain/words.js';

/** What made something change: a record, the timer, a person, a rule. */
export interface Cause {
  kind: CauseKind;
  id: string | null;
}
