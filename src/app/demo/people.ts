/** Who calls and who answers. The numbers belong to nobody: 555-01xx, and a Spanish range that is not in use. */

export interface Person {
  id: string;
  name: string;
  address: string;
}

const people = (firstId: number, firstNumber: string, names: readonly string[]): Person[] =>
  names.map((name, index) => ({
    id: `C-${firstId + index}`,
    name,
    address: firstNumber + String(index).padStart(2, '0'),
  }));

/** By language; the first of a list call more often than the last. */
export const CUSTOMERS = {
  en: people(1001, '+120255501', [
    ...['Maya Collins', 'Owen Hartley', 'Priya Raman', 'Theo Lindqvist', 'Grace Abara', 'Samuel Pike'],
    ...['Nora Feldman', 'Caleb Whitmore', 'Iris Nakata', 'Julian Moss', 'Hannah Okoye', 'Victor Almond'],
    ...['Lena Brandt', 'Desmond Clarke', 'Ruth Avery', 'Felix Tran', 'Amelia Stroud', 'Isaac Bell'],
    ...['Zoe Marlow', 'Patrick Doyle', 'Celia Vance', 'Anton Reyes', 'Molly Granger', 'Kofi Mensah'],
  ]),
  es: people(2001, '+345550101', [
    ...['Lucía Herrero', 'Javier Montes', 'Carmen Vidal', 'Álvaro Cuesta', 'Marta Olmedo', 'Sergio Pascual'],
    ...['Elena Robles', 'Iván Carrasco', 'Nuria Beltrán', 'Pablo Arroyo', 'Rocío Santamaría', 'Hugo Lozano'],
  ]),
} as const;

/** The company's own numbers. */
export const OWN_NUMBERS = { en: '+12025550190', es: '+34555010990' } as const;

/** The line from which the company tries its own assistants. */
export const TEST_LINE: Person = { id: 'C-9000', name: 'Quality desk', address: '+12025550180' };

export const AGENTS = {
  en: ['Dana Whitfield', 'Marcus Hale', 'Joy Adeyemi'],
  es: ['Beatriz Camino', 'Tomás Ibáñez'],
} as const;

export const DAYS = {
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
  es: ['lunes', 'martes', 'miércoles', 'jueves', 'viernes'],
} as const;

export const TIMES = {
  en: ['9:40 am', '11:15 am', '2:30 pm', '4:50 pm'],
  es: ['10:30', '12:15', '16:45', '18:20'],
} as const;
