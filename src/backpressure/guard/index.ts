export { guardServer, type ServerGuard } from './guard-server.ts';
export type { GuardOptions } from './options.ts';
export type { BackpressureOptions } from './process-options.ts';
