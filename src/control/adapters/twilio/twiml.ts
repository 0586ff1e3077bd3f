/** Instructions for a call, as Twilio's markup. */
const respond = (verbs: string): string => `<Response>${verbs}</Response>`;

const NOUNS: readonly (readonly [RegExp, string])[] = [
  [/^sips?:/i, 'Sip'],
  [/^client:/i, 'Client'],
];

/** Connects the caller to a number, or to a SIP or client address. */
export function dial(destination: string, callerId: string | null): string {
  const noun = NOUNS.find(([pattern]) => pattern.test(destination))?.[1] ?? 'Number';
  const address = noun === 'Client' ? destination.replace(/^client:/i, '') : destination;
  const from = callerId === null ? '' : ` callerId="${escape(callerId)}"`;
  return respond(`<Dial${from}><${noun}>${escape(address)}</${noun}></Dial>`);
}

export const enqueue = (queue: string): string => respond(`<Enqueue>${escape(queue)}</Enqueue>`);

/**
 * Puts the caller into a conference that ends when the caller leaves it. When it ends otherwise, the caller goes on
 * to `afterwards`; null: the call ends then.
 */
export function conference(name: string, label: string, afterwards: string | null): string {
  const quiet = 'beep="false" startConferenceOnEnter="true" endConferenceOnExit="true"';
  const room = `<Conference ${quiet} participantLabel="${escape(label)}">${escape(name)}</Conference>`;
  const then = afterwards === null ? '' : `<Redirect method="POST">${escape(afterwards)}</Redirect>`;
  return respond(`<Dial>${room}</Dial>${then}`);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
