export { Identities } from './identities.ts';
export { createStandbys } from './create-standbys.ts';
export type { Standbys } from './standbys.ts';
