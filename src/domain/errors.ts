/** Faults that a caller can understand and mend. Anything else is ours and is masked at the edge. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'ACTION_NOT_ALLOWED'
  | 'CAPABILITY_MISSING'
  | 'PAYLOAD_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'COST_LIMIT_EXCEEDED'
  | 'CURSOR_EXPIRED'
  | 'GONE'
  | 'SERVICE_UNAVAILABLE';

export class ThroughlineError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The argument or field that is at fault, as a path: `filter.startedAt.from`. */
    readonly field: string | null = null,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The bytes are not what their content type says. */
export class UnreadableBody extends ThroughlineError {
  constructor(message: string) {
    super('BAD_USER_INPUT', message);
  }
}

/** The body was read, but one of its fields is not what it must be. */
export class InvalidPayload extends ThroughlineError {
  constructor(field: string, message: string) {
    super('BAD_USER_INPUT', `${field} ${message}`, field);
  }
}

export class BadUserInput extends ThroughlineError {
  constructor(field: string, message: string) {
    super('BAD_USER_INPUT', `${field} ${message}`, field);
  }
}

export class NotFound extends ThroughlineError {
  constructor(what: string) {
    super('NOT_FOUND', `There is no ${what} with this id.`);
  }
}

/** It was there, and will not be again. */
export class Gone extends ThroughlineError {
  constructor(message: string) {
    super('GONE', message);
  }
}

export class Forbidden extends ThroughlineError {
  constructor(message = 'Your role does not allow this.') {
    super('FORBIDDEN', message);
  }
}

export class Unauthenticated extends ThroughlineError {
  constructor(message = 'A valid API key is needed: Authorization: Bearer <key>.') {
    super('UNAUTHENTICATED', message);
  }
}
