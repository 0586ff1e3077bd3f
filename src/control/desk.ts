import { BadUserInput } from '../domain/errors.js';
import type { Situation } from '../domain/monitoring.js';
import { ACTION_TIMEOUT_MS, LISTEN_LINK_MS, refusalOf, takenBy } from '../domain/monitoring.js';
import type { Instant, MonitoringKind } from '../domain/words.js';
import { MONITORING_KINDS } from '../domain/words.js';
import type { NewAction } from '../storage/control/action-request.js';
import type { Outcome } from '../storage/control/action-row.js';
import type { ActionStore } from '../storage/control/action-store.js';
import type { CallFacts } from '../storage/control/facts.js';
import type { StepStore } from '../storage/control/step-store.js';
import { isStorable, uuids } from '../storage/list/params.js';
import type { MonitoringActionRow, TenantFrame } from '../storage/read-model.js';
import type { Sealer } from '../storage/seal.js';
import { adapterOf, capabilitiesOf, controlSettings, vendorOf } from './adapters/index.js';
import { objectOf, textOf } from './answers.js';
import { readNumber, readPerson } from './destination.js';
import type { Acted, ActionRequest, Join, Monitor, Person } from './monitor.js';
import type { Answer, ControlAdapter, Order, Steps, Target } from './port.js';
import type { Send } from './request.js';
import { sendWithin } from './request.js';

export interface DeskParts {
  actions: ActionStore;
  steps: StepStore;
  sealer: Sealer;
  /** The signed address of our own WebSocket, where this person hears what the action lets them hear. */
  listenUrl: (tenantId: string, person: Person, actionId: string) => string;
  now: () => Instant;
  /** How long a vendor is waited for, in ms. */
  timeoutMs?: number;
}

const LONGEST_NOTE = 2_000;

/** Where people act on live calls: decided and kept by the store, sent once by the vendor's adapter. */
export class ControlDesk implements Monitor {
  readonly #running = new Set<Promise<unknown>>();

  constructor(private readonly parts: DeskParts) {}

  async act(frame: TenantFrame, person: Person, request: ActionRequest): Promise<Acted> {
    const { tenantId } = frame;
    const asked = readRequest(request, person, frame.defaultCountry);
    const decide = (facts: CallFacts) => {
      const refusal = refusalOf(request.kind, situationOf(facts));
      if (refusal === null) mustSayWhere(request, facts);
      return refusal;
    };
    const now = this.parts.now();
    const { action, facts, isNew } = await this.parts.actions.request(tenantId, asked, decide, now);
    const known = isNew ? await this.#track(this.#send(tenantId, action, facts, asked.note)) : action;
    return { action: known, join: this.#join(tenantId, known, facts, person) };
  }

  async available(tenantId: string, callIds: readonly string[]): Promise<Map<string, MonitoringKind[]>> {
    const facts = await this.parts.actions.facts(tenantId, callIds);
    return new Map(facts.map((one) => [one.callId, allowedBy(situationOf(one))]));
  }

  /** Resolves when every vendor that was asked has answered, or had its time. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    return work.finally(() => this.#running.delete(work));
  }

  /** Nothing is ever sent for an action that another process claimed, or that time has settled. */
  async #send(
    tenantId: string,
    action: MonitoringActionRow,
    facts: CallFacts,
    note: string | null,
  ): Promise<MonitoringActionRow> {
    const { actions, now } = this.parts;
    const adapter = adapterOf(facts.source);
    if (adapter === null) throw new Error('an action was kept for a source that nobody can steer');
    if (!(await actions.claim(tenantId, action.id, now())))
      return (await actions.byId(tenantId, action.id)) ?? action;
    const answer = await this.#perform(
      tenantId,
      adapter,
      await this.#order(tenantId, action, facts, note),
      facts,
    );
    if (answer.result === 'LOST' && this.#isInTime(action))
      return (await actions.remark(tenantId, action.id, answer.reason)) ?? action;
    return actions.settle(tenantId, action.id, outcomeOf(answer), now());
  }

  /** The audio of a vendor that streams it is fetched when the link is opened: there is nothing to command. */
  #perform(tenantId: string, adapter: ControlAdapter, order: Order, facts: CallFacts): Promise<Answer> {
    if (order.kind === 'LISTEN_IN' && adapter.stream !== undefined)
      return Promise.resolve({ result: 'DONE' });
    const begun = performance.now();
    const { timeoutMs = ACTION_TIMEOUT_MS } = this.parts;
    const left = () => timeoutMs - (performance.now() - begun);
    const send = sendWithin(left);
    const steps = { left, send: this.#sendOnce(tenantId, order.id, facts.callId, send) };
    return adapter.perform(order, targetOf(facts, this.parts.sealer), send, steps);
  }

  #sendOnce(tenantId: string, actionId: string, callId: string, send: Send): Steps['send'] {
    return async (step, request, returnTo = null) => {
      const { steps, sealer, now } = this.parts;
      const sealed = returnTo === null ? null : sealer.seal(stepOwner(tenantId, actionId), returnTo);
      const isOurs = await steps.begin(tenantId, { actionId, callId, step }, sealed, now());
      return isOurs ? send(request) : { result: 'UNSENT', reason: 'the action was settled meanwhile' };
    };
  }

  #isInTime({ requestedAt }: MonitoringActionRow): boolean {
    return this.parts.now() - requestedAt < (this.parts.timeoutMs ?? ACTION_TIMEOUT_MS);
  }

  async #order(
    tenantId: string,
    { id, kind, destination }: MonitoringActionRow,
    { actions }: CallFacts,
    note: string | null,
  ): Promise<Order> {
    const taken = kind === 'HAND_BACK' ? takenBy(actions) : null;
    const previous = taken === null ? null : await this.parts.actions.byId(tenantId, taken.id);
    return {
      id,
      kind,
      destination,
      note,
      previous: previous?.previous ?? null,
      returnTo: taken === null ? null : await this.#returnTo(tenantId, taken.id),
      at: this.parts.now(),
    };
  }

  /** Where the take-over said that the caller goes back to. */
  async #returnTo(tenantId: string, actionId: string): Promise<string | null> {
    const sealed = await this.parts.steps.kept(tenantId, actionId, 'MOVE_CALLER');
    return sealed === null ? null : this.parts.sealer.open(stepOwner(tenantId, actionId), sealed);
  }

  /** The same again for whoever repeats the request while the link holds. */
  #join(tenantId: string, action: MonitoringActionRow, facts: CallFacts, person: Person): Join | null {
    const { kind, id, state, requestedAt } = action;
    if (state !== 'DONE' || (kind !== 'LISTEN_IN' && kind !== 'TAKE_OVER') || action.actor !== person.id)
      return null;
    const adapter = adapterOf(facts.source);
    const openUntil = requestedAt + LISTEN_LINK_MS;
    const connection =
      adapter?.connection?.(kind, targetOf(facts, this.parts.sealer), person.id, requestedAt) ?? null;
    if (connection !== null) return { protocol: 'LIVEKIT', ...connection, expiresAt: openUntil };
    if (adapter?.rings?.has(kind) === true)
      return { protocol: 'TELEPHONE', url: null, token: null, expiresAt: null };
    if (kind !== 'LISTEN_IN') return null;
    const url = this.parts.listenUrl(tenantId, person, id);
    return { protocol: 'AUDIO_WEBSOCKET', url, token: null, expiresAt: openUntil };
  }
}

const stepOwner = (tenantId: string, actionId: string): string => `${tenantId}/${actionId}`;

const outcomeOf = (answer: Answer): Outcome =>
  'reason' in answer
    ? { event: answer.result === 'LOST' ? 'TIMED_OUT' : 'FAILED', reason: answer.reason }
    : { event: answer.result, previous: answer.previous ?? null };

/** The call as its vendor must be told of it. */
export function targetOf({ externalId, did, source, control }: CallFacts, sealer: Sealer): Target {
  const opened = control === null ? null : sealer.open(control.owner, control.sealed);
  const handle = opened === null ? {} : (JSON.parse(opened) as Record<string, string>);
  return { externalId, handle, settings: controlSettings(source.settings), secret: source.secret, did };
}

export const situationOf = (facts: CallFacts): Situation => ({
  leg: facts.leg,
  others: facts.others,
  transfers: facts.transfers,
  actions: facts.actions,
  capabilities: capabilitiesOf(facts.source),
  provider: vendorOf(facts.source),
});

const allowedBy = (situation: Situation): MonitoringKind[] =>
  MONITORING_KINDS.filter((kind) => refusalOf(kind, situation) === null);

function readRequest(request: ActionRequest, actor: Person, defaultCountry: string): NewAction {
  const { kind, callId, note } = request;
  const [known = null] = request.actionId === null ? [] : uuids([request.actionId]);
  if (known === null && request.actionId !== null) throw new BadUserInput('actionId', 'must be a UUID');
  const destination = destinationOf(request, defaultCountry);
  if (note !== null) checkNote(note);
  return {
    id: known,
    callId,
    kind,
    destination,
    note,
    actor,
    usualDestination: (facts) => queueOf(kind, facts),
  };
}

function destinationOf({ kind, destination }: ActionRequest, defaultCountry: string): string | null {
  if (destination === null) return null;
  return kind === 'TRANSFER'
    ? readNumber('destination', destination, defaultCountry)
    : readPerson('joinAs', destination, defaultCountry);
}

const queueOf = (kind: MonitoringKind, { source }: CallFacts): string | null =>
  kind === 'ENQUEUE' ? textOf(objectOf(source.settings.control).queue) : null;

function checkNote(note: string): void {
  if (note.trim() === '') throw new BadUserInput('note', 'must say something');
  if (note.length > LONGEST_NOTE)
    throw new BadUserInput('note', `must have at most ${LONGEST_NOTE} characters`);
  if (!isStorable(note)) throw new BadUserInput('note', 'must be plain text');
}

function mustSayWhere({ kind, destination }: ActionRequest, { source }: CallFacts): void {
  if (destination === null && adapterOf(source)?.rings?.has(kind) === true)
    throw new BadUserInput('joinAs', `is needed: ${vendorOf(source)} rings whoever does this`);
}
