import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer, milliseconds } from '../../core/rules.ts';

/** When a peer is evicted because it takes too little of what is sent to it, with every default filled in. */
export interface ResolvedSlowPeerOptions {
  /** Bytes a second that it must take on average while something waits for it. Default 1024. */
  readonly minBytesPerSecond: number;
  /** For how long it may take nothing at all, in milliseconds. Default 7000. */
  readonly graceMs: number;
  /**
   * Most bytes of a connection that the kernel holds unsent. It takes more only when a third of that is gone. Meanwhile a slow
   * peer seems to stand still, so it gets that much more grace. Not needed where Respite can ask the kernel (see
   * `boundKernelBuffers`). Default 4194304 (4 MiB, the limit of Linux: `net.ipv4.tcp_wmem`).
   */
  readonly kernelBufferBytes: number;
}

/** When a peer is evicted because it takes too little of what is sent to it. Only `undefined` means default. */
export type SlowPeerOptions = OptionsOf<ResolvedSlowPeerOptions>;

/**
 * Peers open their window again in steps of up to half a receive buffer: 64 KB of Linux's first 128 KB, which is 2 s at 32 KB/s. With looking
 * once a second, who takes nothing is gone within 10 s.
 */
const GRACE_MS = 7000;

export const SLOW_PEER: Declaration<ResolvedSlowPeerOptions> = Object.freeze({
  minBytesPerSecond: { rule: integer(1), byDefault: 1024 },
  graceMs: { rule: milliseconds(100), byDefault: GRACE_MS },
  kernelBufferBytes: { rule: integer(0), byDefault: 4 * 1024 * 1024 },
});

export const slowPeer: Rule<SlowPeerOptions, ResolvedSlowPeerOptions> = object(SLOW_PEER);

export const SLOW_PEER_DEFAULTS: ResolvedSlowPeerOptions = slowPeer.complete({});
