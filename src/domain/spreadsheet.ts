/** What a spreadsheet may take for a formula, also in the wide letters of East Asia and behind blanks and quotes. */
const FORMULA = /^[\s\p{Cf}"'`“”‘’]*[=+\-@＝＋－＠\t\r\0]/u;

/** Digits alone cannot be made a formula, so a number in E.164 may keep its plus sign. */
const PHONE_NUMBER = /^\+[0-9]{3,15}$/;

/**
 * Text as a cell that no spreadsheet runs. What could be run gets an apostrophe before it; taking one
 * apostrophe away from such a cell gives the text back.
 */
export const safeCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The same for a column of addresses: a phone number stays a phone number. */
export const phoneCell = (text: string): string => (PHONE_NUMBER.test(text) ? text : safeCell(text));
