import type { DataSource } from 'typeorm';
import type { Call } from '../../domain/call.js';
import type { LegKey } from '../../domain/leg.js';
import {
  referenceType,
  REFERENCE_TAGS,
  originKind,
  primaryLeg,
  tagOf,
} from '../../domain/verdict/session.js';
import type { Session } from '../../domain/verdict/session.js';
import type { InteractionRow } from '../read-model.js';
import { properties } from '../trace/call-store.js';

/** What is judged, the revision that it is, and the calls that any of it is taken from. */
export interface KnownSession {
  session: Session;
  revision: number;
  callIds: string[];
}

interface Row {
  interaction: object;
  calls:
    { leg: object; call: object; raw: string | null; messages: Part; tools: Part; searches: Part }[] | null;
}
type Part = object[] | null;

const part = (table: string): string =>
  `(select jsonb_agg(to_jsonb(p) - 'tenant_id' - 'call_id' order by p.at, p.id) from ${table} p
     where p.tenant_id = l.tenant_id and p.call_id = l.id)`;

/** The word for the direction in the first of the leg's payloads that has one: at the places where vendors put it. */
const RAW_DIRECTION = `(
  select said.word from source_record r, lateral (
      select coalesce(r.payload->>'direction', r.payload->>'Direction', r.payload->'data'->>'direction',
                      r.payload->'call'->>'direction', r.payload->'message'->'call'->>'type',
                      r.record->'tags'->>'direction_raw') as word) said
   where r.tenant_id = l.tenant_id and r.leg_id = l.id and said.word is not null
   order by r.received_at, r.id limit 1)`;

const SESSION = `
  select to_jsonb(i) as interaction,
         (select jsonb_agg(jsonb_build_object('leg', to_jsonb(l), 'call', to_jsonb(c), 'raw', ${RAW_DIRECTION},
                   'messages', ${part('transcript_entry')}, 'tools', ${part('tool_call')},
                   'searches', ${part('knowledge_search')}))
            from leg l join call c on c.tenant_id = l.tenant_id and c.id = l.id
           where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as calls
    from interaction i where i.tenant_id = $1 and i.id = $2 and i.deleted_at is null`;

/** Reads what an analysis judges. Each session is one statement: all its parts are of one moment. */
export class SessionReader {
  constructor(private readonly db: DataSource) {}

  /** Null when there is no such interaction any more. */
  async read(tenantId: string, interactionId: string): Promise<KnownSession | null> {
    const known = await this.one(tenantId, interactionId);
    if (known === null) return null;
    const origin = await this.originOf(tenantId, interactionId, known.session);
    const session = { ...known.session, origin };
    return { ...known, session, callIds: [...callIdsOf(session), ...callIdsOf(origin)] };
  }

  /** A transcription or a recording names by a tag the call that it was made from; of several the earliest. */
  private async originOf(tenantId: string, interactionId: string, session: Session): Promise<Session | null> {
    const externalId = tagOf(session.calls, REFERENCE_TAGS.id);
    if (originKind(referenceType(session)) === null || externalId === null) return null;
    const [leg]: { interactionId: string }[] = await this.db.query(
      `select interaction_id as "interactionId" from leg
        where tenant_id = $1 and external_id = $2 and interaction_id <> $3 and deleted_at is null
        order by first_event_at, id limit 1`,
      [tenantId, externalId, interactionId],
    );
    return leg === undefined ? null : ((await this.one(tenantId, leg.interactionId))?.session ?? null);
  }

  private async one(
    tenantId: string,
    interactionId: string,
  ): Promise<Pick<KnownSession, 'session' | 'revision'> | null> {
    const [row] = await this.db.query<Row[]>(SESSION, [tenantId, interactionId]);
    if (row === undefined) return null;
    const interaction = properties(row.interaction) as unknown as InteractionRow;
    const calls = (row.calls ?? []).map((one) => ({ call: callOf(one), raw: one.raw }));
    const session: Session = {
      interaction,
      calls: calls.map(({ call }) => call),
      keys: new Map((row.calls ?? []).map(({ leg }) => keysOf(leg))),
      directionRaw: null,
      origin: null,
    };
    const primary = primaryLeg(session);
    const directionRaw = calls.find(({ call }) => call.id === primary?.id)?.raw ?? null;
    return { session: { ...session, directionRaw }, revision: interaction.revision };
  }
}

/** A leg as it is stored, by its id. */
function keysOf(leg: object): [id: string, keys: readonly LegKey[]] {
  const { id, keys } = properties(leg) as unknown as { id: string; keys: LegKey[] };
  return [id, keys];
}

const callIdsOf = (session: Session | null): string[] => session?.calls.map(({ id }) => id) ?? [];

function callOf({ leg, call, messages, tools, searches }: NonNullable<Row['calls']>[number]): Call {
  const known = { ...properties(call), ...properties(leg) } as unknown as Call;
  const parts = (rows: Part) => (rows ?? []).map(properties);
  return {
    ...known,
    messages: parts(messages) as unknown as Call['messages'],
    toolCalls: parts(tools) as unknown as Call['toolCalls'],
    knowledgeSearches: parts(searches) as unknown as Call['knowledgeSearches'],
    statedKeys: [],
    hasWholeLists: false,
  };
}
