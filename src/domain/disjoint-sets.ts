type Pair = readonly [string, string];

/** Union–find over ids that refuses to unite what may not be together. */
export class DisjointSets {
  readonly #parent: Map<string, string>;
  readonly #members: Map<string, string[]>;
  readonly #apart: Map<string, Set<string>>;

  constructor(ids: readonly string[], apart: readonly Pair[]) {
    this.#parent = new Map(ids.map((id) => [id, id]));
    this.#members = new Map(ids.map((id) => [id, [id]]));
    this.#apart = new Map();
    for (const [a, b] of apart) {
      this.#apart.set(a, (this.#apart.get(a) ?? new Set()).add(b));
      this.#apart.set(b, (this.#apart.get(b) ?? new Set()).add(a));
    }
  }

  find(id: string): string {
    const parent = this.#parent.get(id) ?? id;
    if (parent === id) return id;
    const root = this.find(parent);
    this.#parent.set(id, root);
    return root;
  }

  /** True when two sets became one. */
  union(a: string, b: string): boolean {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    if (rootA === rootB) return false;
    const [membersA, membersB] = [this.#members.get(rootA) ?? [], this.#members.get(rootB) ?? []];
    if (this.#parted(membersA, membersB)) return false;
    this.#parent.set(rootB, rootA);
    this.#members.set(rootA, [...membersA, ...membersB]);
    this.#members.delete(rootB);
    return true;
  }

  /** In the order of the ids: members within their group, and groups by their first member. */
  groups(): string[][] {
    const groups = new Map<string, string[]>();
    for (const id of this.#parent.keys()) {
      const group = groups.get(this.find(id));
      if (group) group.push(id);
      else groups.set(this.find(id), [id]);
    }
    return [...groups.values()];
  }

  #parted(a: readonly string[], b: readonly string[]): boolean {
    return a.some((one) => b.some((other) => this.#apart.get(one)?.has(other) === true));
  }
}
