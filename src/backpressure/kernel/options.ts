import { integer, knownKeys } from '../../core/validate.ts';

/** How much of a connection's output the kernel may hold. */
export interface KernelBufferOptions {
  /**
   * Bytes that are not sent yet from which the kernel takes no more (`TCP_NOTSENT_LOWAT`). What is on its way to the peer is
   * not limited by it, so neither is throughput over long distances. Default 65536 (64 KiB).
   */
  readonly notSentBytes?: number | undefined;
  /**
   * Size of the send buffer (`SO_SNDBUF`; Linux doubles it for its own overhead), which also limits what is on its way: over
   * a round trip of 50 ms, 64 KiB are 1.3 MB/s. Default: left to the kernel.
   */
  readonly sendBufferBytes?: number | undefined;
}

/** {@link KernelBufferOptions} with every default filled in. */
export interface ResolvedKernelBufferOptions {
  readonly notSentBytes: number;
  readonly sendBufferBytes: number | undefined;
}

export const DEFAULTS: ResolvedKernelBufferOptions = Object.freeze({
  notSentBytes: 64 * 1024,
  sendBufferBytes: undefined,
});

/** Both are C's `int`. */
const MOST = 2 ** 31 - 1;

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveKernelBufferOptions(options: KernelBufferOptions): ResolvedKernelBufferOptions {
  const option = 'boundKernelBuffers';
  knownKeys(option, options, Object.keys(DEFAULTS));
  const { notSentBytes = DEFAULTS.notSentBytes, sendBufferBytes } = options;
  return Object.freeze({
    notSentBytes: integer(`${option}.notSentBytes`, notSentBytes, 1, MOST),
    sendBufferBytes:
      sendBufferBytes === undefined
        ? undefined
        : integer(`${option}.sendBufferBytes`, sendBufferBytes, 1, MOST),
  });
}
