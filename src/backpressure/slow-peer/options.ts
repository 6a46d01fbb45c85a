import { integer, knownKeys } from '../../core/validate.ts';

/** When a peer is evicted because it takes too little of what is sent to it. */
export interface SlowPeerOptions {
  /** Bytes a second that it must take on average while something waits for it. Default 1024. */
  readonly minBytesPerSecond?: number | undefined;
  /** For how long it may take nothing at all, in milliseconds. Default 7000. */
  readonly graceMs?: number | undefined;
  /**
   * Most bytes of a connection that the kernel holds unsent: it takes more only when a third of that is gone, so a slow peer
   * seems to stand still meanwhile, and gets that much more grace. Not needed where Respite can ask the kernel (see
   * `boundKernelBuffers`). Default 4194304 (4 MiB), the limit of Linux (`net.ipv4.tcp_wmem`).
   */
  readonly kernelBufferBytes?: number | undefined;
}

/** {@link SlowPeerOptions} with every default filled in. */
export interface ResolvedSlowPeerOptions {
  readonly minBytesPerSecond: number;
  readonly graceMs: number;
  readonly kernelBufferBytes: number;
}

export const DEFAULTS: ResolvedSlowPeerOptions = Object.freeze({
  minBytesPerSecond: 1024,
  // Peers open their window again in steps of up to half a receive buffer: 64 KB of Linux's first 128 KB, which is 2 s
  // at 32 KB/s. With looking once a second, who takes nothing is gone within 10 s.
  graceMs: 7000,
  kernelBufferBytes: 4 * 1024 * 1024,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveSlowPeerOptions(option: string, options: SlowPeerOptions): ResolvedSlowPeerOptions {
  knownKeys(option, options, Object.keys(DEFAULTS));
  const {
    minBytesPerSecond = DEFAULTS.minBytesPerSecond,
    graceMs = DEFAULTS.graceMs,
    kernelBufferBytes = DEFAULTS.kernelBufferBytes,
  } = options;
  return Object.freeze({
    minBytesPerSecond: integer(`${option}.minBytesPerSecond`, minBytesPerSecond, 1),
    graceMs: integer(`${option}.graceMs`, graceMs, 100),
    kernelBufferBytes: integer(`${option}.kernelBufferBytes`, kernelBufferBytes, 0),
  });
}
