import { HEALTH_RULES } from '../../domain/health.js';

/** The latest hour of each pair of sources that says something, of those that began since an instant. */
export const standingHours = (since: string, where = 'true'): string =>
  `select distinct on (tenant_id, dialer_source_id, assistant_source_id) *
     from join_health where ${where} and hour >= ${since} and calls >= ${String(HEALTH_RULES.minCalls)}
    order by tenant_id, dialer_source_id, assistant_source_id, hour desc`;
