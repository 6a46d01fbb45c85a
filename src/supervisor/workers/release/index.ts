export { directoryAsReached, problemOfScript, type Release, resolveRelease } from './release.ts';
export { Releases } from './releases.ts';
export { Restarts } from './restarts.ts';
