import type { Server, Socket } from 'node:net';
import { refuse, resolve } from '../../core/options.ts';
import {
  IPPROTO_TCP,
  type KernelCalls,
  kernelCalls,
  SO_SNDBUF,
  SOL_SOCKET,
  TCP_NOTSENT_LOWAT,
} from './calls.ts';
import { type KernelBufferOptions, kernelBuffers, type ResolvedKernelBufferOptions } from './options.ts';
import { kernelView } from './view.ts';
import { isServer } from '../is-server.ts';

/** What came of it. */
export interface KernelBuffers {
  /** Whether connections are bounded from now on. */
  readonly isBounded: boolean;
  /** Bounds no further connections. */
  stop(): void;
}

/** Code of the warning that is emitted where the kernel can't be told. */
const UNBOUNDED = 'RESPITE_KERNEL_UNBOUNDED';

/**
 * Bounds what the kernel holds of each connection that the server (of net, tls, http, https or http2) accepts from now on.
 * By itself the kernel takes up to 4 MB for a peer that never reads, more than any other buffer. From then on the minimum rate of
 * slow peers is also judged by what the kernel says that they have taken.
 *
 * Needs Linux and Node.js 26, whose experimental node:ffi prints a warning when it is loaded. Where that is missing, it emits
 * a warning with code `RESPITE_KERNEL_UNBOUNDED` and changes nothing. Throws a `RespiteError` with code
 * `RESPITE_OPTIONS_INVALID` for a bad option.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { boundKernelBuffers } from 'respite/backpressure';
 *
 * const server = createServer(handler);
 * const { isBounded } = boundKernelBuffers(server, { notSentBytes: 65_536 });
 * ```
 */
export function boundKernelBuffers(server: Server, options: KernelBufferOptions = {}): KernelBuffers {
  if (!isServer(server))
    refuse(['boundKernelBuffers', 'server'], 'a server of node:net or node:http', server);
  const resolved = resolve(kernelBuffers, options, ['boundKernelBuffers']);
  const calls = kernelCalls();
  if ('missing' in calls) {
    const remedy =
      'lower net.ipv4.tcp_wmem, or have the listening socket made by who can (see docs/guide/slow-clients.md)';
    process.emitWarning(`the kernel's send buffers are not bounded: ${calls.missing}; ${remedy}`, {
      type: 'RespiteWarning',
      code: UNBOUNDED,
    });
    return { isBounded: false, stop() {} };
  }
  kernelView.ask = (fd) => calls.sendQueueBytes(fd);
  const onConnection = (socket: Socket): void => bound(calls, resolved, socket);
  // Before the server's own listeners, which may write at once.
  server.prependListener('connection', onConnection);
  return {
    isBounded: true,
    stop() {
      server.off('connection', onConnection);
    },
  };
}

function bound(calls: KernelCalls, options: ResolvedKernelBufferOptions, socket: Socket): void {
  const { notSentBytes, sendBufferBytes } = options;
  const { fd } = (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle ?? {};
  if (fd === undefined || fd < 0) return;
  calls.setOption(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, notSentBytes);
  if (sendBufferBytes !== undefined) calls.setOption(fd, SOL_SOCKET, SO_SNDBUF, sendBufferBytes);
}
