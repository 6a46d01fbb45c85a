// Where a thread stands in the kernel, when it can't be asked: proc(5), /proc/<pid>/task/<tid>/{stat,wchan,syscall}.
import { read, target } from './proc.ts';

/** The states of proc(5) that a standing thread can be in. */
const STATES: Readonly<Record<string, string>> = {
  R: 'running, in code of its own',
  S: 'sleeping',
  D: 'waiting for a disk',
  T: 'stopped',
  t: 'stopped by a debugger',
};

/** Calls that a blocked main thread sits in, by number. The two architectures that Node.js is mostly run on. */
const CALLS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  x64: {
    0: 'read',
    1: 'write',
    7: 'poll',
    17: 'pread',
    18: 'pwrite',
    23: 'select',
    35: 'nanosleep',
    42: 'connect',
    45: 'recvfrom',
    47: 'recvmsg',
    61: 'wait4',
    72: 'fcntl',
    73: 'flock',
    74: 'fsync',
    202: 'futex',
    230: 'clock_nanosleep',
    232: 'epoll_wait',
    247: 'waitid',
    257: 'openat',
    281: 'epoll_pwait',
  },
  arm64: {
    22: 'epoll_pwait',
    25: 'fcntl',
    32: 'flock',
    56: 'openat',
    63: 'read',
    64: 'write',
    67: 'pread',
    68: 'pwrite',
    73: 'poll',
    82: 'fsync',
    95: 'waitid',
    98: 'futex',
    101: 'nanosleep',
    115: 'clock_nanosleep',
    203: 'connect',
    207: 'recvfrom',
    212: 'recvmsg',
    260: 'wait4',
  },
};

/** Calls whose first argument is a descriptor. */
const ON_DESCRIPTOR = new Set([
  'read',
  'write',
  'pread',
  'pwrite',
  'connect',
  'recvfrom',
  'recvmsg',
  'fcntl',
  'flock',
  'fsync',
]);

/** What the files say; undefined for those that can't be read. */
export interface ThreadFiles {
  readonly stat: string | undefined;
  readonly wchan: string | undefined;
  readonly syscall: string | undefined;
}

export interface KernelPlace {
  /** One sentence: `in the kernel: read of descriptor 17, in pipe_read`. */
  readonly what: string;
  /** The descriptor that it waits for, if it does for one. */
  readonly descriptor: number | undefined;
}

/** Undefined when nothing is known. */
export function kernelPlace({ stat, wchan, syscall }: ThreadFiles, arch: string): KernelPlace | undefined {
  // The name of the process stands in brackets before the state, and may have any characters.
  const state = stat?.slice(stat.lastIndexOf(')') + 2)[0];
  if (state === undefined) return undefined;
  const place = wchan === undefined || wchan === '' || wchan === '0' ? '' : `, in ${wchan}`;
  const [number = '', first = ''] = (syscall ?? '').trim().split(' ');
  if (state === 'R' || number === 'running') return { what: STATES['R'] ?? '', descriptor: undefined };
  const standing = `${STATES[state] ?? `in state ${state}`}${place}`;
  if (!/^\d+$/.test(number)) return { what: standing, descriptor: undefined };
  const call = CALLS[arch]?.[Number(number)] ?? `system call ${number}`;
  if (!ON_DESCRIPTOR.has(call)) return { what: `in the kernel: ${call}${place}`, descriptor: undefined };
  const descriptor = Number(first);
  return { what: `in the kernel: ${call} of descriptor ${descriptor}${place}`, descriptor };
}

/** Where the main thread of a process stands, as one sentence. */
export async function readMainThread(pid: number): Promise<string | undefined> {
  const folder = `/proc/${pid}/task/${pid}`;
  const [stat, wchan, syscall] = await Promise.all(
    ['stat', 'wchan', 'syscall'].map((file) => read(`${folder}/${file}`)),
  );
  const place = kernelPlace({ stat, wchan, syscall }, process.arch);
  if (place === undefined) return undefined;
  const { what, descriptor } = place;
  const link = descriptor === undefined ? undefined : await target(`/proc/${pid}/fd/${descriptor}`);
  const waitsFor = what.includes('wait') ? await childrenOf(pid) : '';
  return `${what}${link === undefined ? '' : ` → ${link}`}${waitsFor}`;
}

/** A main thread that waits for a process that it has started (execSync) waits for that. */
async function childrenOf(pid: number): Promise<string> {
  const pids = (await read(`/proc/${pid}/task/${pid}/children`))?.trim().split(' ') ?? [];
  const names = await Promise.all(pids.map((child) => read(`/proc/${child}/comm`)));
  const known = names.flatMap((name) => name?.trim() ?? []);
  return known.length === 0 ? '' : `; its processes are ${known.join(', ')}`;
}
