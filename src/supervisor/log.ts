/** What the supervisor says, in pino's shape: fields first, then the sentence. Written to stderr, never to stdout. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
