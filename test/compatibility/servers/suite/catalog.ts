// The servers, by kind.
import { CORE } from './catalog/core.ts';
import type { Server } from './server.ts';

export const SERVERS: readonly Server[] = [...CORE];
