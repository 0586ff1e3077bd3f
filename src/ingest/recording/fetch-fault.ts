/** Why audio was not fetched, in a sentence that a caller may read: no secrets, no addresses of ours. */
export class FetchFault extends Error {
  constructor(
    /** Begins with a small letter, as what comes after "The recording". */
    readonly reason: string,
    /** `final`: trying again would end alike. `gone`: its provider has deleted it. */
    readonly kind: 'passing' | 'final' | 'gone' = 'passing',
  ) {
    super(reason);
    this.name = 'FetchFault';
  }
}
