import type { Permission } from '../../domain/permissions.js';
import { globalId } from '../node.js';

/** What can be exported. */
export const LIST_EXPORTS = ['INTERACTIONS_CSV', 'INTERACTIONS_NDJSON'] as const;
export const TRANSCRIPT_EXPORTS = ['TRANSCRIPT_TEXT', 'TRANSCRIPT_VTT', 'TRANSCRIPT_JSON'] as const;
export const INTERACTION_EXPORTS = [...TRANSCRIPT_EXPORTS, 'VCON'] as const;
export const CALL_EXPORTS = ['CALL_JSON'] as const;

export type ListExport = (typeof LIST_EXPORTS)[number];
export type TranscriptExport = (typeof TRANSCRIPT_EXPORTS)[number];
export type InteractionExport = (typeof INTERACTION_EXPORTS)[number];
export type CallExport = (typeof CALL_EXPORTS)[number];
export type ExportKind = ListExport | InteractionExport | CallExport;

/** The path of each export; `:id` is a global id, in routes a parameter. */
export const EXPORT_PATHS: Readonly<Record<ExportKind, string>> = {
  INTERACTIONS_CSV: '/exports/interactions.csv',
  INTERACTIONS_NDJSON: '/exports/interactions.ndjson',
  TRANSCRIPT_TEXT: '/exports/interactions/:id/transcript.txt',
  TRANSCRIPT_VTT: '/exports/interactions/:id/transcript.vtt',
  TRANSCRIPT_JSON: '/exports/interactions/:id/transcript.json',
  VCON: '/exports/interactions/:id.vcon.json',
  CALL_JSON: '/exports/calls/:id.json',
};

/** What each export needs, by a key and for a link alike. */
export const EXPORT_NEEDS: Readonly<Record<ExportKind, Permission>> = {
  INTERACTIONS_CSV: 'READ',
  INTERACTIONS_NDJSON: 'READ',
  TRANSCRIPT_TEXT: 'READ',
  TRANSCRIPT_VTT: 'READ',
  TRANSCRIPT_JSON: 'READ',
  VCON: 'READ',
  CALL_JSON: 'READ_RAW',
};

export const exportPath = (kind: InteractionExport | CallExport, id: string): string =>
  EXPORT_PATHS[kind].replace(':id', globalId(kind === 'CALL_JSON' ? 'Call' : 'Interaction', id));
