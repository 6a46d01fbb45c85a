export { type Client, type ClientStats, createClient } from './client.ts';
export type { ClientFetch } from './fetch.ts';
export { HeldBackError } from './held-back.ts';
export type { ClientOptions, OriginOptions } from './options.ts';
export type { CircuitOptions, HedgeOptions, RetryOptions, ThrottleOptions } from './peer/options.ts';
export type { PeerState } from './peer/peer.ts';
export type { HeldBackReason } from './peer/counts.ts';
export type { ClientRequestInit } from './request.ts';
