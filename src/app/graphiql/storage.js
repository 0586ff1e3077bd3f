const NAMESPACE = 'throughline:';
const HISTORIES = ['graphiql:queries', 'graphiql:favorites'];

/**
 * What GraphiQL remembers between visits. Under a name of our own: another server's GraphiQL on the same
 * localhost port leaves its tabs behind, and they would hide our examples. Without the headers: GraphiQL
 * keeps them out of its tabs, but writes them, and so the key, into its history. A query that is taken
 * from the history gets today's headers.
 */
export function createStorage(headers) {
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(NAMESPACE));
  return {
    getItem(name) {
      const text = localStorage.getItem(NAMESPACE + name);
      return text && HISTORIES.includes(name) ? withHeaders(text, headers) : text;
    },
    setItem(name, text) {
      localStorage.setItem(NAMESPACE + name, HISTORIES.includes(name) ? withHeaders(text, undefined) : text);
    },
    removeItem: (name) => localStorage.removeItem(NAMESPACE + name),
    clear: () => names().forEach((name) => localStorage.removeItem(name)),
    get length() {
      return names().length;
    },
  };
}

/** A history is `{ queries: [{ query, variables, headers, ... }] }`, or `favorites`. */
function withHeaders(text, headers) {
  const lists = Object.entries(JSON.parse(text));
  return JSON.stringify(
    Object.fromEntries(lists.map(([key, items]) => [key, items.map((item) => ({ ...item, headers }))])),
  );
}
