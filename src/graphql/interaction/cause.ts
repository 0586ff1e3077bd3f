import type { CauseKind } from '../../domain/words.js';
import { globalId } from '../node.js';

/** A record is named by its global id; persons and rules have ids of their own. */
export const causeOf = (kind: CauseKind, id: string | null): { kind: CauseKind; id: string | null } => ({
  kind,
  id: kind === 'RECORD' && id !== null ? globalId('SourceRecord', id) : id,
});
