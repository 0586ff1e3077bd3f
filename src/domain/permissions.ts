import type { ApiRole, MonitoringKind } from './words.js';

/** What a caller may do. Every field, path and command asks for one of these, never for a role by name. */
export const PERMISSIONS = [
  'READ',
  'READ_USAGE',
  'READ_SOURCES',
  'READ_RAW',
  'INGEST',
  'REPLAY',
  'RECONCILE',
  'READ_AUDIT',
  'REVIEW',
  'ANNOTATE',
  'CONFIGURE',
  'ANALYZE',
  'DELETE',
  'ERASE',
  'MONITOR',
  'COACH',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const GRANTED: Record<Permission, readonly ApiRole[]> = {
  READ: ['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY'],
  READ_USAGE: ['ADMIN', 'SUPERVISOR', 'AGENT'],
  READ_SOURCES: ['ADMIN', 'SUPERVISOR', 'AGENT'],
  READ_RAW: ['ADMIN'],
  INGEST: ['ADMIN', 'INGEST'],
  REPLAY: ['ADMIN'],
  RECONCILE: ['ADMIN', 'SUPERVISOR'],
  READ_AUDIT: ['ADMIN', 'SUPERVISOR'],
  REVIEW: ['ADMIN', 'SUPERVISOR'],
  ANNOTATE: ['ADMIN', 'SUPERVISOR', 'AGENT'],
  CONFIGURE: ['ADMIN'],
  ANALYZE: ['ADMIN', 'SUPERVISOR'],
  DELETE: ['ADMIN', 'SUPERVISOR'],
  ERASE: ['ADMIN'],
  MONITOR: ['ADMIN', 'SUPERVISOR'],
  COACH: ['ADMIN', 'SUPERVISOR', 'AGENT'],
};

/** True when callers of this role hold the permission. */
export const may = (role: ApiRole, permission: Permission): boolean => GRANTED[permission].includes(role);

export const permissionsOf = (role: ApiRole): Permission[] => PERMISSIONS.filter((one) => may(role, one));

/** What it takes to do this to a call. */
export const neededToAct = (kind: MonitoringKind): Permission => (kind === 'COACH' ? 'COACH' : 'MONITOR');
