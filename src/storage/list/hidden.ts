import { Forbidden } from '../../domain/errors.js';
import type { TenantFrame } from '../read-model.js';

/** Who may not see sources may not ask by them: an answer would tell what the field does not. */
export function mustSeeSources(
  asked: string | null | undefined,
  { hidesSources }: TenantFrame,
  argument: string,
): void {
  if (asked != null && hidesSources === true)
    throw new Forbidden(`Your role does not allow ${argument}: it may not see sources.`);
}
