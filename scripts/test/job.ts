// One step of a run, as a process of its own: a command, or test files with what became of each test.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestResult } from './reporter.ts';

/** What a job takes of the machine: see `schedule.ts`. */
export type Load = 'computes' | 'waits' | 'paces' | 'measures' | 'floods';

export interface Job {
  readonly name: string;
  readonly stage: string;
  readonly load: Load;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Longest duration that passes, in seconds. */
  readonly budgetSeconds: number;
  /** Test files of a group, which run one after the other in its process. */
  readonly files?: readonly string[];
  /** Whether the command reports tests, by `reporter.ts`. */
  readonly reportsTests: boolean;
}

export interface JobResult {
  readonly job: Job;
  readonly passed: boolean;
  readonly seconds: number;
  /** Time of the processor that it and its descendants used; of jobs that end in the same moment, together. 0 without /proc. */
  readonly cpuSeconds: number;
  /** Everything that the command printed. */
  readonly output: string;
  readonly tests: readonly TestResult[];
}

/** A job that takes this much longer than its budget hangs: the runner ends it. */
const HANGS_AFTER_BUDGETS = 4;

/** Environment variable that everything inherits which a job starts. */
const MARK = 'RESPITE_TEST_JOB';

/** Jobs that are running, with the values of their marks. */
const running = new Map<ChildProcess, string>();

/** Ends every job that is running, with all that it has started in its process group. */
export function endJobs(): void {
  for (const child of running.keys()) endAll(child);
}

export async function runJob(job: Job): Promise<JobResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'respite-tests-'));
  const events = path.join(folder, 'events');
  const started = performance.now();
  let cpuSeconds = 0;
  const output: Buffer[] = [];
  const mark = randomUUID();
  const child = spawn(job.command, [...(job.reportsTests ? reportersTo(events) : []), ...job.args], {
    env: { ...process.env, ...job.env, [MARK]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that the runner can end it with everything in it.
    detached: true,
  });
  running.set(child, mark);
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const hangs = setTimeout(
    () => {
      output.push(Buffer.from(`\nstill running after ${HANGS_AFTER_BUDGETS} times its budget: ended\n`));
      endAll(child);
    },
    HANGS_AFTER_BUDGETS * job.budgetSeconds * 1000,
  );
  const passed = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output.push(Buffer.from(`${job.command} cannot be started: ${error.message}\n`));
      resolve(false);
    });
    child.once('exit', () => {
      const used = cpuSecondsOfChildren();
      cpuSeconds = used - attributed;
      attributed = used;
    });
    child.once('close', (code) => resolve(code === 0));
  });
  clearTimeout(hangs);
  // What a failed test has left running would disturb all that come after.
  for (const pid of startedBy(child)) kill(pid);
  running.delete(child);
  const tests = job.reportsTests ? readResults(events) : [];
  rmSync(folder, { recursive: true, force: true });
  const seconds = (performance.now() - started) / 1000;
  return { job, passed, seconds, cpuSeconds, output: Buffer.concat(output).toString(), tests };
}

function reportersTo(events: string): string[] {
  return [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${path.join(import.meta.dirname, 'reporter.ts')}`,
    `--test-reporter-destination=${events}`,
  ];
}

/** Clock ticks a second, in which Linux counts times of processes. */
const TICKS = 100;

/** Children that have ended, so far. */
let attributed = 0;

function cpuSecondsOfChildren(): number {
  try {
    // After the name, which may have spaces: cutime and cstime are fields 16 and 17 of proc(5).
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) / TICKS;
  } catch {
    return 0;
  }
}

function readResults(events: string): TestResult[] {
  let lines: string[];
  try {
    lines = readFileSync(events, 'utf8').split('\n');
  } catch {
    return []; // It ended before its first test.
  }
  return lines.flatMap((line) => {
    try {
      if (line === '') return [];
      const result = JSON.parse(line) as TestResult;
      return [{ ...result, file: path.relative('', result.file) }];
    } catch {
      return []; // Its end came in the middle of a line.
    }
  });
}

/** Ends a job and all that it has started, also what has left its process group, as workers of Respite do. */
function endAll(child: ChildProcess): void {
  if (child.pid !== undefined) kill(-child.pid);
  for (const pid of startedBy(child)) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Processes that have inherited the mark of a job. Empty without /proc. */
function startedBy(child: ChildProcess): number[] {
  const mark = `${MARK}=${running.get(child)}`;
  let entries: string[] = [];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.filter((pid) => environmentOf(pid).includes(mark)).map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // It has ended, or is another user's.
  }
}
