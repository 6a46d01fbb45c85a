export type { SlowPeerOptions } from './options.ts';
export { PeerRate } from './peer-rate.ts';
export { Sweep, type SweptPeer } from './sweep.ts';
