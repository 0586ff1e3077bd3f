/** Tells every process that some tenant's feed has grown. It carries nothing: the feed itself is in the database. */
export interface FeedBus {
  /** Said by the sequencer after a commit. Losing one is harmless: readers also look by themselves. */
  announce(): Promise<void>;
  onAnnounced(listener: () => void): void;
  close(): Promise<void>;
}
