// Everything that may go wrong around a supervisor, or in one of its workers. Each fault can begin beside any other.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { request } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { below } from '../harness/seed.ts';
import { until } from '../harness/until.ts';
import { type Confined, copyPackage } from './confined.ts';
import { attack } from './hostile-clients.ts';

const MB = 1024 * 1024;

/** Descriptors of a supervisor that may have as many as it likes. */
const DESCRIPTORS = 4096;

/** Longer than processes are stopped: a request that is given up is served all the same, and then the moment is not known. In ms. */
const ANSWER_MS = 10_000;

export interface Stage {
  readonly confined: Confined;
  readonly port: number;
  readonly managementPort: number;
  readonly random: () => number;
  /** The worker that is faulty, if one is. All others have to serve. */
  readonly target: number;
  /** The target goes wrong now. */
  readonly went: () => void;
}

export interface Fault {
  readonly begin: (stage: Stage) => void | Promise<void>;
  /** Makes everything as it was; undefined for what is over by itself. */
  readonly end?: (stage: Stage) => void;
  /** The kernel chooses which worker it ends. */
  readonly mayEndOthers?: boolean;
  /** Two of a kind at once would be one. */
  readonly kind: 'worker' | 'package' | 'other';
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'no descriptors left': {
    kind: 'other',
    begin: ({ confined, random }) => {
      const open = readdirSync(`/proc/${confined.pid}/fd`).length;
      limitDescriptors(confined, open + below(random, 8));
    },
    end: ({ confined }) => limitDescriptors(confined, DESCRIPTORS),
  },
  'no processes and threads left': {
    kind: 'other',
    begin: ({ confined, random }) => confined.threads.limit(confined.threads.used + below(random, 16)),
    end: ({ confined }) => confined.threads.limit(undefined),
  },
  'hardly any memory left': {
    kind: 'other',
    mayEndOthers: true,
    begin: ({ confined, random }) => confined.memory.limit(confined.memory.used + below(random, 60) * MB),
    end: ({ confined }) => confined.restoreMemory(),
  },
  '/dev/shm full': {
    kind: 'other',
    begin: ({ confined }) => fill(confined.sharedMemory),
    end: ({ confined }) => empty(confined.sharedMemory),
  },
  'disk full': {
    kind: 'other',
    begin: ({ confined }) => fill(confined.disk),
    end: ({ confined }) => empty(confined.disk),
  },
  'package removed': {
    kind: 'package',
    begin: ({ confined }) => renameSync(confined.packageDirectory, `${confined.packageDirectory}.away`),
    end: ({ confined }) => renameSync(`${confined.packageDirectory}.away`, confined.packageDirectory),
  },
  'package replaced': {
    kind: 'package',
    begin: ({ confined }) => {
      const { packageDirectory } = confined;
      copyPackage(`${packageDirectory}.new`);
      const version = path.join(`${packageDirectory}.new`, 'dist/core/version.js');
      const code = readFileSync(version, 'utf8').replace(/VERSION = '.*'/, "VERSION = '9.9.9'");
      writeFileSync(version, code);
      renameSync(packageDirectory, `${packageDirectory}.away`);
      renameSync(`${packageDirectory}.new`, packageDirectory);
    },
    end: ({ confined }) => {
      renameSync(confined.packageDirectory, `${confined.packageDirectory}.new`);
      renameSync(`${confined.packageDirectory}.away`, confined.packageDirectory);
      rmSync(`${confined.packageDirectory}.new`, { recursive: true });
    },
  },
  'the configuration throws': { kind: 'other', begin: ({ confined }) => confined.throwInConfiguration() },
  'hostile clients': { kind: 'other', begin: ({ port, random }) => attack(port, random) },
  'hostile clients at the management port': {
    kind: 'other',
    begin: ({ managementPort, random }) => attack(managementPort, random),
  },
  'a rolling restart': { kind: 'other', begin: ({ confined }) => confined.signal('SIGHUP') },
  'all processes stopped': {
    kind: 'other',
    begin: ({ confined }) => {
      for (const pid of confined.memory.pids) kill(pid, 'SIGSTOP');
    },
    end: ({ confined }) => {
      for (const pid of confined.memory.pids) kill(pid, 'SIGCONT');
    },
  },
  'a worker writes nonsense': { kind: 'worker', begin: async (stage) => go(stage, 'nonsense') },
  'a worker exits': { kind: 'worker', begin: async (stage) => go(stage, 'exit') },
  'a worker throws': { kind: 'worker', begin: async (stage) => go(stage, 'throw') },
  'a worker rejects': { kind: 'worker', begin: async (stage) => go(stage, 'reject') },
  'a worker aborts': { kind: 'worker', begin: async (stage) => go(stage, 'abort') },
  'a worker is killed': {
    kind: 'worker',
    begin: (stage) => {
      stage.went();
      kill(stage.target, 'SIGKILL');
    },
  },
  'a worker blocks': { kind: 'worker', begin: async (stage) => go(stage, 'block') },
  'a worker fills its heap': { kind: 'worker', begin: async (stage) => go(stage, 'heap') },
  'a worker closes its server': { kind: 'worker', begin: async (stage) => go(stage, 'close') },
  'a worker takes all memory': {
    kind: 'worker',
    mayEndOthers: true,
    begin: async (stage) => go(stage, 'memory'),
  },
};

/** Has the target go wrong in this way. Requests go to any worker: those that are not meant stay healthy. */
async function go({ port, target, went, confined }: Stage, kind: string): Promise<void> {
  await until(
    `worker ${target} to go wrong`,
    async () => {
      if (!confined.memory.pids.includes(target)) return true; // something else has ended it
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await request(port, { path: `/fault/${kind}?pid=${target}`, signal }).catch(
        () => undefined,
      );
      return answer !== undefined && (JSON.parse(answer.body) as { pid?: number }).pid === target;
    },
    confined.transcript,
  );
  went();
}

function limitDescriptors({ pid }: Confined, limit: number): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}:${DESCRIPTORS}`]);
}

/** Leaves less than a page. */
function fill(directory: string): void {
  try {
    for (;;) writeFileSync(path.join(directory, 'filler'), Buffer.alloc(4096), { flag: 'a' });
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

function empty(directory: string): void {
  rmSync(path.join(directory, 'filler'), { force: true });
}
