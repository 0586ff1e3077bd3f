import type { Instant } from './words.js';

/** A number or an instant in a sentence. Every one that a sentence shows is one of its facts. */
export interface Fact {
  name: FactName;
  value: number;
}

export const FACT_NAMES = [
  'legs',
  'lastActivityAt',
  'endedAt',
  'answeredAt',
  'expectedBy',
  'deadline',
  'joinDelayMs',
  'joinLeadMs',
  'overrunMs',
  'holeMs',
  'durationMs',
  'bridgedAt',
] as const;
export type FactName = (typeof FACT_NAMES)[number];

export const WHY_CODES = [
  'CALL_IN_PROGRESS',
  'ALL_SEGMENTS_PRESENT',
  'NEVER_ANSWERED',
  'HUMAN_NOT_OBSERVABLE',
  'SEGMENTS_MISALIGNED',
  'WAITING_FOR_ASSISTANT',
  'WAITING_FOR_DIALER',
  'WAITING_FOR_HUMAN',
  'WAITING_FOR_CHAT',
  'ASSISTANT_NEVER_STARTED',
  'ASSISTANT_NOT_REPORTED_YET',
  'ASSISTANT_FAILED_TO_JOIN',
  'CANDIDATE_EXISTS',
  'ASSISTANT_NEVER_REPORTED',
  'DIALER_NOT_SYNCED_YET',
  'DIALER_NEVER_REPORTED',
  'HUMAN_NEVER_REPORTED',
  'CHAT_NEVER_REPORTED',
] as const;
export type WhyCode = (typeof WHY_CODES)[number];

/** The reason of a status, in a form that a machine can act on. */
export interface Why {
  code: WhyCode;
  facts: Fact[];
}

export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];

/** `ofOne` is the text where `legs` is one. */
type Sentence = readonly [headline: string, text: string, ofOne?: string];

/** `{name}` stands for a fact. What is in brackets is left out where a fact in it is not known. */
const SENTENCES: Record<Locale, Record<WhyCode, Sentence>> = {
  en: {
    CALL_IN_PROGRESS: [
      'In progress',
      'The call is still active; the last sign of it came at {lastActivityAt}.',
    ],
    ALL_SEGMENTS_PRESENT: [
      'Complete',
      'All {legs} expected segments are present and line up[; the call lasted {durationMs}].',
      'The only expected segment is present[; the call lasted {durationMs}].',
    ],
    NEVER_ANSWERED: [
      'Complete, never answered',
      "The call ended[ at {endedAt}] without being answered; the dialer's record is whole and no one else was expected.",
    ],
    HUMAN_NOT_OBSERVABLE: [
      'Complete up to the transfer',
      'The call was transferred[ at {bridgedAt}] to a party that no connected system can see; everything before it is present and lines up.',
    ],
    SEGMENTS_MISALIGNED: [
      'Segments do not line up',
      'All segments are present, but they do not fit together.[ The assistant joined {joinDelayMs} after the answer.][ The assistant joined {joinLeadMs} before the answer.][ The assistant outlasted the dialer by {overrunMs}.][ For {holeMs} of the answered call no one was on the other side.]',
    ],
    WAITING_FOR_ASSISTANT: [
      'Waiting for the assistant',
      "The assistant's record is still missing; it is expected by {expectedBy}.",
    ],
    WAITING_FOR_DIALER: [
      'Waiting for the dialer',
      "The dialer's record is still missing or not whole; it is expected by {expectedBy}.",
    ],
    WAITING_FOR_HUMAN: [
      'Waiting for the human agent',
      "The human agent's record is still missing[ after the transfer at {bridgedAt}]; it is expected by {expectedBy}.",
    ],
    WAITING_FOR_CHAT: ['Waiting for the chat', "The chat system's record is expected by {expectedBy}."],
    ASSISTANT_NEVER_STARTED: [
      'The assistant never started',
      'The dialer connected the call[ at {answeredAt}]; the assistant system has reported everything up to its end[ at {endedAt}] and had no such call.',
    ],
    ASSISTANT_NOT_REPORTED_YET: [
      'No assistant record',
      'The dialer connected the call[ at {answeredAt}]; no assistant record joined it by {deadline}, and the assistant system has not said that it has reported everything.',
    ],
    ASSISTANT_FAILED_TO_JOIN: [
      'The assistant failed to join',
      'The dialer connected the call[ at {answeredAt}]; the assistant reported that it could not join.',
    ],
    CANDIDATE_EXISTS: [
      'A candidate waits for a decision',
      'The dialer connected the call[ at {answeredAt}]; an assistant record that may belong to it was found, and a person has to confirm or dismiss it.',
    ],
    ASSISTANT_NEVER_REPORTED: [
      'No record of the assistant',
      'No record of the assistant joined this interaction by {deadline}.',
    ],
    DIALER_NOT_SYNCED_YET: [
      'Dialer not synced yet',
      'The assistant reported a call that ended[ at {endedAt}]; the dialer has not yet reported everything up to its end, so its record may still come.',
    ],
    DIALER_NEVER_REPORTED: [
      'The dialer never reported it',
      'The dialer had not reported the call[, which ended at {endedAt},] in full by {deadline}.',
    ],
    HUMAN_NEVER_REPORTED: [
      'No record of the human agent',
      'No record of a human agent[ after the transfer at {bridgedAt}] joined this interaction by {deadline}.',
    ],
    CHAT_NEVER_REPORTED: [
      'No chat record',
      'No record of the chat system joined this interaction by {deadline}.',
    ],
  },
  es: {
    CALL_IN_PROGRESS: ['En curso', 'La llamada sigue activa; la última señal llegó a las {lastActivityAt}.'],
    ALL_SEGMENTS_PRESENT: [
      'Completa',
      'Los {legs} segmentos esperados están presentes y alineados[; la llamada duró {durationMs}].',
      'El único segmento esperado está presente[; la llamada duró {durationMs}].',
    ],
    NEVER_ANSWERED: [
      'Completa, sin respuesta',
      'La llamada terminó[ a las {endedAt}] sin ser atendida; el registro del marcador está completo y no se esperaba a nadie más.',
    ],
    HUMAN_NOT_OBSERVABLE: [
      'Completa hasta la transferencia',
      'La llamada se transfirió[ a las {bridgedAt}] a un destino que ningún sistema conectado puede ver; todo lo anterior está presente y alineado.',
    ],
    SEGMENTS_MISALIGNED: [
      'Segmentos desalineados',
      'Todos los segmentos están presentes, pero no encajan.[ El asistente entró {joinDelayMs} después de la respuesta.][ El asistente entró {joinLeadMs} antes de la respuesta.][ El asistente siguió {overrunMs} después del marcador.][ Durante {holeMs} de la llamada atendida no hubo nadie al otro lado.]',
    ],
    WAITING_FOR_ASSISTANT: [
      'Esperando al asistente',
      'Aún falta el registro del asistente; se espera antes de {expectedBy}.',
    ],
    WAITING_FOR_DIALER: [
      'Esperando al marcador',
      'El registro del marcador aún falta o no está completo; se espera antes de {expectedBy}.',
    ],
    WAITING_FOR_HUMAN: [
      'Esperando al agente humano',
      'Aún falta el registro del agente humano[ tras la transferencia de las {bridgedAt}]; se espera antes de {expectedBy}.',
    ],
    WAITING_FOR_CHAT: [
      'Esperando al chat',
      'El registro del sistema de chat se espera antes de {expectedBy}.',
    ],
    ASSISTANT_NEVER_STARTED: [
      'El asistente nunca empezó',
      'El marcador conectó la llamada[ a las {answeredAt}]; el asistente informó de todo hasta el fin de la llamada[, a las {endedAt},] y no la tuvo.',
    ],
    ASSISTANT_NOT_REPORTED_YET: [
      'Sin registro del asistente',
      'El marcador conectó la llamada[ a las {answeredAt}]; ningún registro del asistente se unió antes de {deadline}, y el asistente no ha dicho que lo haya informado todo.',
    ],
    ASSISTANT_FAILED_TO_JOIN: [
      'El asistente no pudo entrar',
      'El marcador conectó la llamada[ a las {answeredAt}]; el asistente informó que no pudo entrar.',
    ],
    CANDIDATE_EXISTS: [
      'Un candidato espera una decisión',
      'El marcador conectó la llamada[ a las {answeredAt}]; se encontró un registro del asistente que podría ser suyo, y una persona debe confirmarlo o descartarlo.',
    ],
    ASSISTANT_NEVER_REPORTED: [
      'Sin registro del asistente',
      'Ningún registro del asistente se unió a esta interacción antes de {deadline}.',
    ],
    DIALER_NOT_SYNCED_YET: [
      'Marcador sin sincronizar',
      'El asistente informó de una llamada que terminó[ a las {endedAt}]; el marcador aún no ha informado de todo hasta su fin, así que su registro todavía puede llegar.',
    ],
    DIALER_NEVER_REPORTED: [
      'El marcador nunca la informó',
      'El marcador no informó por completo de la llamada[, que terminó a las {endedAt},] antes de {deadline}.',
    ],
    HUMAN_NEVER_REPORTED: [
      'Sin registro del agente humano',
      'Ningún registro de un agente humano[ tras la transferencia de las {bridgedAt}] se unió a esta interacción antes de {deadline}.',
    ],
    CHAT_NEVER_REPORTED: ['Sin registro de chat', 'Ningún registro de chat se unió antes de {deadline}.'],
  },
};

const LABELS: Record<Locale, Record<FactName, string>> = {
  en: {
    legs: 'Segments',
    lastActivityAt: 'Last activity',
    endedAt: 'Ended',
    answeredAt: 'Answered',
    expectedBy: 'Expected by',
    deadline: 'Deadline',
    joinDelayMs: 'Join delay',
    joinLeadMs: 'Joined early',
    overrunMs: 'Overrun',
    holeMs: 'Uncovered',
    durationMs: 'Duration',
    bridgedAt: 'Transferred',
  },
  es: {
    legs: 'Segmentos',
    lastActivityAt: 'Última actividad',
    endedAt: 'Fin',
    answeredAt: 'Respuesta',
    expectedBy: 'Se espera antes de',
    deadline: 'Límite',
    joinDelayMs: 'Retraso de entrada',
    joinLeadMs: 'Entrada anticipada',
    overrunMs: 'Exceso',
    holeMs: 'Sin cubrir',
    durationMs: 'Duración',
    bridgedAt: 'Transferida',
  },
};

export interface Explanation {
  code: WhyCode;
  headline: string;
  text: string;
  facts: { name: FactName; label: string; value: string; at: Instant | null }[];
}

/** The same reason and the same facts always give the same sentences. */
export function explain(why: Why, locale: Locale): Explanation {
  const values = new Map(why.facts.map((fact) => [fact.name as string, printFact(fact)]));
  return {
    code: why.code,
    headline: SENTENCES[locale][why.code][0],
    text: templateOf(why, locale).replace(NAME, (_, name: string) => values.get(name) ?? '–'),
    facts: why.facts.map((fact) => ({
      name: fact.name,
      label: LABELS[locale][fact.name],
      value: printFact(fact),
      at:
        fact.name.endsWith('At') || fact.name === 'expectedBy' || fact.name === 'deadline'
          ? fact.value
          : null,
    })),
  };
}

const NAME = /\{(\w+)\}/g;
const OPTIONAL = /\[([^\]]*)\]/g;

const namesIn = (text: string): string[] => [...text.matchAll(NAME)].map((match) => match[1] ?? '');

/** The text for what is known: without the parts that would say what is not. */
function templateOf({ code, facts }: Why, locale: Locale): string {
  const [, text, ofOne = text] = SENTENCES[locale][code];
  const known = new Set<string>(facts.map(({ name }) => name));
  const isOne = facts.some(({ name, value }) => name === 'legs' && value === 1);
  return (isOne ? ofOne : text).replace(OPTIONAL, (_, part: string) =>
    namesIn(part).every((name) => known.has(name)) ? part : '',
  );
}

function printFact({ name, value }: Fact): string {
  if (name.endsWith('Ms')) return printDuration(value);
  return name === 'legs'
    ? String(value)
    : `${new Date(value).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** 135000 → "2m 15s", as the product's pages show durations; under a second in ms. */
export function printDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs > 0 && abs < 1_000) return `${sign}${abs}ms`;
  const seconds = Math.floor(abs / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  return `${sign}${h > 0 ? `${h}h ` : ''}${m}m ${s}s`;
}

/** The names of the facts that the sentence of this reason shows. */
export const factsShown = (why: Why): string[] => namesIn(templateOf(why, 'en'));
