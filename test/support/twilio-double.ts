import type { Behaviour, Received } from './vendor.js';
import { Vendor } from './vendor.js';

/** What a call is doing, as Twilio's REST API tells it. */
type CallStatus = 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'canceled';

interface Call {
  status: CallStatus;
  /** What becomes of it, one state a look; empty: it stays as it is. */
  next: CallStatus[];
  /** The instructions that it follows: markup, or the URL where they come from. */
  follows: string;
}

interface Room {
  sid: string;
  participants: Map<string, string | null>;
}

/** A command of a take-over, as its request tells. */
export type Command = 'ring' | 'move' | 'release' | 'return';

/** What goes wrong with a command, and whether Twilio has done it all the same. */
export interface Fault {
  answer: Behaviour;
  isDone: boolean;
}

const ACCOUNT = '/2010-04-01/Accounts/AC42/';
export const ASSISTANT_URL = 'https://me:pw@bot.example/twiml?flow=support';

const refusal = (status: number, code: number): Behaviour => ({
  status,
  body: { code, message: 'told to people', more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

/**
 * Twilio's API of calls and conferences, as far as its documentation tells: forms under the account, basic
 * authentication, JSON, and errors with a code. It remembers which call is where.
 */
export class TwilioDouble {
  readonly calls = new Map<string, Call>();
  readonly rooms = new Map<string, Room>();
  /** The states through which the call of a person goes who is rung, one a look. */
  person: CallStatus[] = ['ringing', 'in-progress'];
  readonly faults = new Map<Command, Fault>();
  /** Called when somebody asks what a call is doing. */
  onLook: () => void = () => undefined;

  private constructor(readonly vendor: Vendor) {}

  static async start(): Promise<TwilioDouble> {
    const double = new TwilioDouble(await Vendor.start());
    double.reset();
    return double;
  }

  reset(): void {
    this.calls.clear();
    this.rooms.clear();
    this.faults.clear();
    this.onLook = () => undefined;
    this.person = ['ringing', 'in-progress'];
    this.vendor.reset();
    this.vendor.answers((request) => this.answer(request));
  }

  /** A caller who speaks with the assistant. */
  caller(sid: string): void {
    this.calls.set(sid, { status: 'in-progress', next: [], follows: ASSISTANT_URL });
  }

  /** The commands in the order in which they came; questions are none. */
  get commands(): Command[] {
    return this.vendor.received.filter(({ method }) => method === 'POST').map(commandOf);
  }

  /** Who is in the only conference, by their labels; empty when it is over. */
  get present(): (string | null)[] {
    return [...this.rooms.values()].flatMap(({ participants }) => [...participants.values()]);
  }

  private answer(request: Received): Behaviour {
    if (request.headers.authorization !== `Basic ${Buffer.from('AC42:hush').toString('base64')}`)
      return refusal(401, 20_003);
    const [path = '', query = ''] = request.path.replace(ACCOUNT, '').split('?');
    if (request.method === 'GET') return this.told(path, new URLSearchParams(query));
    const fault = this.faults.get(commandOf(request));
    if (fault?.isDone === false) return fault.answer;
    const done = this.obey(path, new URLSearchParams(request.body));
    return fault?.answer ?? done;
  }

  private told(path: string, query: URLSearchParams): Behaviour {
    const [, sid] = /^Calls\/([^/]+)\.json$/.exec(path) ?? [];
    if (sid !== undefined) return this.toldOfCall(sid);
    if (path === 'Conferences.json') {
      const room = this.rooms.get(query.get('FriendlyName') ?? '');
      return { status: 200, body: { conferences: room === undefined ? [] : [{ sid: room.sid }] } };
    }
    const [, room] = /^Conferences\/([^/]+)\/Participants\.json$/.exec(path) ?? [];
    const found = [...this.rooms.values()].find(({ sid: known }) => known === room);
    if (found === undefined) return refusal(404, 20_404);
    const participants = [...found.participants].map(([call_sid, label]) => ({ call_sid, label }));
    return { status: 200, body: { participants } };
  }

  private toldOfCall(sid: string): Behaviour {
    this.onLook();
    const call = this.calls.get(sid);
    if (call === undefined) return refusal(404, 20_404);
    call.status = call.next.shift() ?? call.status;
    if (!isLive(call)) this.leave(sid);
    return { status: 200, body: { sid, status: call.status } };
  }

  private obey(path: string, form: URLSearchParams): Behaviour {
    const [, room] = /^Conferences\/([^/]+)\/Participants\.json$/.exec(path) ?? [];
    if (room !== undefined) return this.add(room, form);
    const [, sid = ''] = /^Calls\/([^/]+)\.json$/.exec(path) ?? [];
    const call = this.calls.get(sid);
    if (call === undefined) return refusal(404, 20_404);
    if (!isLive(call)) return refusal(400, 21_220);
    this.leave(sid);
    if (form.get('Status') === 'completed') call.status = 'completed';
    else this.follow(sid, call, form.get('Twiml') ?? form.get('Url') ?? '');
    return { status: 200, body: { sid, status: call.status } };
  }

  private add(name: string, form: URLSearchParams): Behaviour {
    const [from, to] = [form.get('From'), form.get('To')];
    if (from === null || to === null) return refusal(400, from === null ? 21_213 : 21_201);
    const call_sid = `CAperson${this.calls.size}`;
    this.calls.set(call_sid, { status: 'queued', next: [...this.person], follows: '' });
    const { sid } = this.join(name, call_sid, form.get('Label'));
    return { status: 201, body: { call_sid, conference_sid: sid, status: 'queued' } };
  }

  private follow(sid: string, call: Call, instructions: string): void {
    call.follows = instructions;
    const [, label = null, name] =
      /<Conference[^>]* participantLabel="([^"]*)"[^>]*>([^<]*)<\/Conference>/.exec(instructions) ?? [];
    if (name !== undefined) this.join(name, sid, label);
  }

  private join(name: string, callSid: string, label: string | null): Room {
    const room = this.rooms.get(name) ?? { sid: `CF${this.rooms.size}`, participants: new Map() };
    room.participants.set(callSid, label);
    this.rooms.set(name, room);
    return room;
  }

  /** Both sides of a take-over end the conference when they go; what waits in it then follows its instructions. */
  private leave(callSid: string): void {
    for (const [name, { participants }] of this.rooms)
      if (participants.has(callSid)) {
        this.rooms.delete(name);
        for (const other of participants.keys()) if (other !== callSid) this.sendOn(other);
      }
  }

  private sendOn(callSid: string): void {
    const call = this.calls.get(callSid);
    const [, url] = /<Redirect method="POST">([^<]*)<\/Redirect>/.exec(call?.follows ?? '') ?? [];
    if (call === undefined) return;
    if (url === undefined) call.status = 'completed';
    else call.follows = url.replaceAll('&amp;', '&');
  }
}

const isLive = ({ status }: Call): boolean =>
  status === 'queued' || status === 'ringing' || status === 'in-progress';

function commandOf({ path, body }: Received): Command {
  if (path.includes('/Participants.json')) return 'ring';
  if (body.startsWith('Twiml=')) return 'move';
  return body.startsWith('Url=') ? 'return' : 'release';
}
