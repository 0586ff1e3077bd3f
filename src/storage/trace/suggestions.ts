/** Is the leg hidden with its interaction? A link would hide the other half too, so it is nobody's candidate. */
export const isHidden = (tenantId: string, legId: string): string =>
  `exists (select from leg gone where gone.tenant_id = ${tenantId} and gone.id = ${legId}
            and gone.deleted_at is not null)`;

const isOrphan = (legId: string): string =>
  `exists (select from orphan o where o.tenant_id = p.tenant_id and o.leg_id = ${legId})
   and not ${isHidden('p.tenant_id', legId)}`;

/** Does the pair `p` stand as a suggestion? Each half is an orphan that is there, and neither is linked by score. */
export const STANDS = `not p.is_linked and ${isOrphan('p.dialer_leg_id')} and ${isOrphan('p.assistant_leg_id')}
  and not exists (select from leg_pair k where k.tenant_id = p.tenant_id and k.is_linked
                     and (k.dialer_leg_id = p.dialer_leg_id or k.assistant_leg_id = p.assistant_leg_id))`;

const hasPair = (half: 'dialer' | 'assistant'): string =>
  `exists (select from leg_pair p where p.tenant_id = l.tenant_id and p.${half}_leg_id = l.id and ${STANDS})`;

/** Has the leg `l` a suggestion that stands? */
export const IS_SUGGESTED = `(${hasPair('dialer')} or ${hasPair('assistant')})`;
