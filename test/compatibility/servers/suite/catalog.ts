// The servers, in the order of the table.
import { BUILDS } from './catalog/builds.ts';
import { CORE } from './catalog/core.ts';
import { FRAMEWORKS } from './catalog/frameworks.ts';
import { MANAGERS } from './catalog/managers.ts';
import { PROGRAMS } from './catalog/programs.ts';
import { SERVICES } from './catalog/services.ts';
import type { Server } from './server.ts';

export const SERVERS: readonly Server[] = [
  ...CORE,
  ...BUILDS,
  ...FRAMEWORKS,
  ...SERVICES,
  ...PROGRAMS,
  ...MANAGERS,
];
