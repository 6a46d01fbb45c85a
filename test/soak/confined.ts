// A Respite in surroundings of its own, each of which can be taken away: a control group, /dev/shm, a disk, the package.
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ControlGroup } from '../harness/control-group.ts';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { fixture, REFUSES_NOTHING, RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

/** In the working directory; incidents are kept on it. */
const DISK = 'disk';

/** Small enough to be filled within a second. */
const DISK_MB = 16;
const SHM_MB = 4;
/** Enough for a supervisor, two workers, and two more that replace them. */
const MEMORY_BYTES = 640 * 1024 * 1024;

/** The configuration throws when this file is there. */
const THROW_FILE = 'throw-now';

const CONFIGURATION = `import { existsSync, unlinkSync } from 'node:fs';
import { EventEmitter } from 'node:events';
let thrown = 0;
setInterval(() => {
  if (!existsSync('${THROW_FILE}')) return;
  unlinkSync('${THROW_FILE}');
  thrown += 1;
  if (thrown % 3 === 0) throw new Error('thrown in the configuration');
  if (thrown % 3 === 1) Promise.reject(new Error('rejected in the configuration'));
  if (thrown % 3 === 2) new EventEmitter().emit('error', new Error('emitted in the configuration'));
}, 100).unref();
export default ${JSON.stringify({
  admission: REFUSES_NOTHING,
  supervisor: {
    stableMs: 300,
    trialMs: 0,
    detect: {
      blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 2000 },
      serverClosed: { afterMs: 1000 },
      memory: false,
    },
    incidents: { directory: `${DISK}/incidents`, countLimit: 20, sizeLimitBytes: 4 * 1024 * 1024 },
  },
})};
`;

/** Mounts what is the process's own, enters the control groups, and becomes `node`. */
const ENTER = `set -e
for group in $RESPITE_TEST_GROUPS; do echo $$ > $group/cgroup.procs; done
mount -t tmpfs -o size=${SHM_MB}m tmpfs /dev/shm
mount -t tmpfs -o size=${DISK_MB}m tmpfs ${DISK}
exec "$@"`;

/** For root only: it mounts, and makes control groups. */
export class Confined extends RunningRespite {
  readonly memory: ControlGroup;
  readonly threads: ControlGroup;
  readonly #parent: string;

  constructor(workers: number) {
    const parent = temporaryDirectory();
    const dir = path.join(parent, 'app');
    mkdirSync(path.join(dir, DISK), { recursive: true });
    writeFileSync(path.join(dir, 'respite.config.mjs'), CONFIGURATION);
    copyPackage(path.join(parent, 'package'));
    const name = path.basename(parent);
    const memory = new ControlGroup('memory', name);
    const threads = new ControlGroup('pids', name);
    memory.limit(MEMORY_BYTES);
    const command = [process.execPath, path.join(parent, 'package/dist/cli/bin.js'), 'run'];
    const options = ['--management', '127.0.0.1:0', '--workers', String(workers), '--heap', '160'];
    const script = fixture('faults/anything.mjs');
    super(['--mount', 'sh', '-c', ENTER, 'sh', ...command, ...options, script], dir, {
      node: 'unshare',
      env: { RESPITE_TEST_GROUPS: `${memory.directory} ${threads.directory}` },
    });
    this.#parent = parent;
    this.memory = memory;
    this.threads = threads;
  }

  get packageDirectory(): string {
    return path.join(this.#parent, 'package');
  }

  get disk(): string {
    return this.#inside(path.join(this.dir, DISK));
  }

  get sharedMemory(): string {
    return this.#inside('/dev/shm');
  }

  restoreMemory(): void {
    this.memory.limit(MEMORY_BYTES);
  }

  /** Has code in the configuration throw, reject, or emit an error, in turns. */
  throwInConfiguration(): void {
    writeFileSync(path.join(this.dir, THROW_FILE), '');
  }

  override async cleanUp(): Promise<void> {
    await super.cleanUp();
    for (const group of [this.memory, this.threads])
      await until('a control group to be empty', () => group.remove());
  }

  /** A directory as the process sees it, which has mounts of its own. */
  #inside(directory: string): string {
    return path.join(`/proc/${this.pid}/root`, directory);
  }
}

export function copyPackage(to: string): void {
  cpSync(path.join(repository, 'dist'), path.join(to, 'dist'), { recursive: true });
  cpSync(path.join(repository, 'package.json'), path.join(to, 'package.json'));
  symlinkSync(path.join(repository, 'node_modules'), path.join(to, 'node_modules'));
}
