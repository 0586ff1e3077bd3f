/** Tries until the expectation holds; fails with its last failure when it does not in time. */
export async function eventually(expectation: () => Promise<unknown>, timeoutMs = 15_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
