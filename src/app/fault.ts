/** What a log may say of a fault: its kind and place, never its message, which can carry customers' data. */
export function faultName(error: unknown): { name: string; code: string | null; at: string[] } {
  const {
    name = 'Error',
    stack = '',
    code = null,
  } = error instanceof Error ? (error as Error & { code?: string }) : {};
  const at = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .map((line) => line.trim());
  return { name, code, at };
}
