import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What operations can watch. No label ever carries a customer's data. */
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'throughline_http_request_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  readonly records = new Counter({
    name: 'throughline_records_total',
    help: 'Source records by what became of them.',
    labelNames: ['provider', 'result'],
    registers: [this.registry],
  });

  readonly swept = new Counter({
    name: 'throughline_swept_total',
    help: 'Interactions judged anew because their time had come.',
    registers: [this.registry],
  });

  readonly joinAlarms = new Gauge({
    name: 'throughline_join_alarms',
    help: 'Alarms that stand because the records of two sources stopped finding each other as usual.',
    registers: [this.registry],
  });

  readonly sockets = new Gauge({
    name: 'throughline_websockets',
    help: 'Open WebSocket connections.',
    registers: [this.registry],
  });

  readonly errors = new Counter({
    name: 'throughline_internal_errors_total',
    help: 'Faults of ours, masked towards the caller.',
    labelNames: ['where'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** What is read only when somebody looks. */
  watch(
    read: () => { subscribers: number; actionSubscribers: number; listeners: number; isLeader: boolean },
  ): void {
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(value());
        },
      });
    gauge(
      'throughline_feed_subscribers',
      'Running subscriptions that read the change feed.',
      () => read().subscribers,
    );
    gauge(
      'throughline_action_subscribers',
      'Running subscriptions that follow actions on live calls.',
      () => read().actionSubscribers,
    );
    gauge(
      'throughline_listeners',
      'People who hear a live call through this process.',
      () => read().listeners,
    );
    gauge('throughline_sequencer_leader', '1 when this process numbers the change feed.', () =>
      read().isLeader ? 1 : 0,
    );
  }
}
