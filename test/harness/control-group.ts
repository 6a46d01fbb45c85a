// A control group of a test's own, of version 1 or 2.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** File names of a limit and of what is in use. */
const FILES = {
  memory: {
    limit: ['memory.limit_in_bytes', 'memory.max'],
    used: ['memory.usage_in_bytes', 'memory.current'],
  },
  pids: { limit: ['pids.max', 'pids.max'], used: ['pids.current', 'pids.current'] },
} as const;

type Controller = keyof typeof FILES;

/** What a process may have, all its descendants included. Processes enter by writing their id to `cgroup.procs`. */
export class ControlGroup {
  readonly directory: string;
  readonly #controller: Controller;
  readonly #version: 0 | 1;

  /** Throws EACCES, EPERM, EROFS or ENOENT where this user may not make one, or not with this controller. */
  constructor(controller: Controller, name: string) {
    const own = readFileSync('/proc/self/cgroup', 'utf8');
    const [, v1] = new RegExp(`^\\d+:(?:\\w+,)*${controller}(?:,\\w+)*:(.*)$`, 'm').exec(own) ?? [];
    const [, v2] = /^0::(.*)$/m.exec(own) ?? [];
    const parent = v1 === undefined ? path.join(ROOT, v2 ?? '') : path.join(ROOT, controller, v1);
    this.#controller = controller;
    this.#version = v1 === undefined ? 1 : 0;
    this.directory = path.join(parent, `respite-test-${process.pid}-${name}`);
    mkdirSync(this.directory);
    readFileSync(this.#file('used'));
  }

  get used(): number {
    return Number(readFileSync(this.#file('used'), 'utf8'));
  }

  get pids(): number[] {
    const file = path.join(this.directory, 'cgroup.procs');
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
  }

  /** @param limit Undefined for none. In bytes, or in threads. */
  limit(limit: number | undefined): void {
    const none = this.#controller === 'memory' && this.#version === 0 ? '-1' : 'max';
    writeFileSync(this.#file('limit'), limit === undefined ? none : String(limit));
  }

  /** @returns False as long as a process is in it. */
  remove(): boolean {
    try {
      rmdirSync(this.directory);
      return true;
    } catch {
      return false;
    }
  }

  #file(what: 'limit' | 'used'): string {
    return path.join(this.directory, FILES[this.#controller][what][this.#version]);
  }
}
