/** Asks once more when an answer cannot be used. The faults are ours to name; nothing of the answer is quoted. */
export const correctionPrompt = (faults: readonly string[]): string =>
  `Your answer cannot be used:\n${faults.map((fault) => `- ${fault}`).join('\n')}\nAnswer again, with JSON of the schema alone.`;
