export { directoryAsReached, problemOfScript, type Release, resolveProgram } from './release.ts';
export { Releases } from './releases.ts';
export { Restarts } from './restarts.ts';
export type { WorkerSettings } from './settings.ts';
