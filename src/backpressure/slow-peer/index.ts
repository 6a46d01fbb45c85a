export type { ResolvedSlowPeerOptions, SlowPeerOptions } from './options.ts';
export { PeerWatch } from './peer-watch.ts';
export { Sweep, type SweptPeer } from './sweep.ts';
