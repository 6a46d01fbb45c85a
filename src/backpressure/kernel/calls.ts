// Calls to the C library, through node:ffi (Node.js 26, experimental: loading it prints a warning of Node.js's own).
import type * as Ffi from 'node:ffi';

/** What the kernel can be told and asked about a socket. */
export interface KernelCalls {
  /** @returns Whether the kernel accepted it. */
  setOption(fd: number, level: number, name: number, value: number): boolean;
  /** @returns The option's value; NaN when there is none. */
  getOption(fd: number, level: number, name: number): number;
  /** Bytes of a TCP connection that are unsent or not acknowledged; NaN when the descriptor is no such thing. */
  sendQueueBytes(fd: number): number;
}

/** Why there are none, for people. */
export interface NoKernelCalls {
  readonly missing: string;
  readonly cause?: unknown;
}

// Values of Linux (asm-generic/socket.h, linux/tcp.h, asm-generic/ioctls.h), the same on the architectures below.
export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const IPPROTO_TCP = 6;
export const TCP_NOTSENT_LOWAT = 25;
const SIOCOUTQ = 0x5411n;
const ARCHITECTURES: ReadonlySet<string> = new Set(['x64', 'arm64']);

const INT_BYTES = 4;

let loaded: KernelCalls | NoKernelCalls | undefined;

/** Loads them once. */
export function kernelCalls(): KernelCalls | NoKernelCalls {
  loaded ??= load();
  return loaded;
}

function load(): KernelCalls | NoKernelCalls {
  if (process.platform !== 'linux' || !ARCHITECTURES.has(process.arch)) {
    return {
      missing: `it is known for Linux on x64 and arm64 only, this is ${process.platform} on ${process.arch}`,
    };
  }
  try {
    const ffi = process.getBuiltinModule('node:ffi') as typeof Ffi | undefined;
    if (ffi === undefined)
      return { missing: `Node.js ${process.version} has no node:ffi (26 and later have)` };
    return bind(ffi);
  } catch (cause) {
    // Not allowed by the permission model, or another shape of an experimental module.
    return {
      missing: `node:ffi can't be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    };
  }
}

function bind(ffi: typeof Ffi): KernelCalls {
  // Symbols of the process itself, which is linked with the C library.
  const { functions } = ffi.dlopen(null, {
    setsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'], return: 'int32' },
    getsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'buffer'], return: 'int32' },
    ioctl: { arguments: ['int32', 'uint64', 'buffer'], return: 'int32' },
  });
  const value = Buffer.alloc(INT_BYTES);
  const length = Buffer.alloc(INT_BYTES);
  return {
    setOption(fd, level, name, given) {
      value.writeInt32LE(given);
      return functions.setsockopt(fd, level, name, value, INT_BYTES) === 0;
    },
    getOption(fd, level, name) {
      length.writeInt32LE(INT_BYTES);
      return functions.getsockopt(fd, level, name, value, length) === 0 ? value.readInt32LE() : NaN;
    },
    sendQueueBytes(fd) {
      return functions.ioctl(fd, SIOCOUTQ, value) === 0 ? value.readInt32LE() : NaN;
    },
  };
}
