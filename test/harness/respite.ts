// `respite run`, as a user types it, on one of our fixtures.
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { SupervisorStatus, WorkerStatus } from '../../src/supervisor/index.ts';
import { repository } from './nodes.ts';
import { type ProcessOptions, RunningProcess, start, temporaryDirectory } from './process.ts';
import type { Cleanup } from './services/service.ts';
import { DEADLINE_MS } from './until.ts';

export interface RespiteOptions extends ProcessOptions {
  /** Options of `respite run`. */
  readonly options?: readonly string[] | undefined;
  /** The script's own arguments. */
  readonly args?: readonly string[] | undefined;
  /** Written as `respite.config.json` into the working directory. */
  readonly config?: object | undefined;
}

/** How often tests ask for the status, in ms. Each question costs 2 ms of processor time; every 20 ms was a tenth of a core. */
export const STATUS_PAUSE_MS = 50;

/** RESPITE_BIN: the command to test instead of the sources, such as dist/cli/bin.js. */
export const bin: string = path.resolve(repository, process.env['RESPITE_BIN'] ?? 'src/cli/bin.ts');

/**
 * An admission that refuses nothing: a machine that is busy with something else makes the default one do its work, and
 * tests of what gets lost in restarts would take that for a loss.
 */
export const REFUSES_NOTHING = Object.freeze({
  limit: 10_000,
  turnBudget: false,
  priority: false,
  quarantine: 'off',
});

export function fixture(name: string): string {
  return path.resolve(import.meta.dirname, 'fixtures', name);
}

/** One of Respite's own lines on stderr. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

export class RunningRespite extends RunningProcess {
  private managementUrl: string | undefined;

  /** Respite's own lines; the script's are left out. */
  get log(): LogLine[] {
    return this.stderr.split('\n').flatMap((line): LogLine[] => {
      if (!line.startsWith('{"level":')) return [];
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        return []; // still being written
      }
    });
  }

  /** Waits for a line of the log that has all these texts somewhere. */
  async logs(...texts: readonly (string | RegExp)[]): Promise<LogLine> {
    return this.until(`a log line with ${texts.map(String).join(' and ')}`, () => this.logged(...texts)[0]);
  }

  logged(...texts: readonly (string | RegExp)[]): LogLine[] {
    return this.log.filter((line) => {
      const json = JSON.stringify(line);
      return texts.every((part) => (typeof part === 'string' ? json.includes(part) : part.test(json)));
    });
  }

  /** Where the management port is: the log says it, since we ask for any free one. */
  async management(): Promise<string> {
    this.managementUrl ??= await this.until('the management address on stderr', () => {
      const [line] = this.logged(/management/i, /127\.0\.0\.1:[1-9]\d*/);
      const found = line && /127\.0\.0\.1:[1-9]\d*/.exec(JSON.stringify(line));
      return found ? `http://${found[0]}` : undefined;
    });
    return this.managementUrl;
  }

  /** Asks the management port; `undefined` status when it refuses. */
  async manage(route: string, method: 'GET' | 'POST' = 'GET'): Promise<{ status: number; body: string }> {
    const url = (await this.management()) + route;
    // `fetch` costs three times as much, and waits are hundreds of these.
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(10_000);
      const req = request(url, { method, headers: { respite: '1' }, agent: false, signal }, (res) => {
        text(res).then((body) => resolve({ status: res.statusCode ?? 0, body }), reject);
      });
      req.once('error', reject).end();
    });
  }

  async status(): Promise<SupervisorStatus> {
    const { body } = await this.manage('/status');
    return JSON.parse(body) as SupervisorStatus;
  }

  async untilStatus<T>(what: string, ask: (status: SupervisorStatus) => T | undefined | false): Promise<T> {
    return this.until(what, async () => ask(await this.status()), DEADLINE_MS, STATUS_PAUSE_MS);
  }

  /** Waits until as many workers as wanted are ready, and none else is there. */
  async ready(): Promise<readonly WorkerStatus[]> {
    return this.untilStatus(
      'all workers ready',
      ({ workers, workersWanted, restarting }) =>
        !restarting &&
        workers.length === workersWanted &&
        workers.every(({ state }) => state === 'ready') &&
        workers,
    );
  }
}

/** Starts `respite run <script>`; a script without a folder is one of the fixtures. */
export function respite(t: Cleanup, script: string, given: RespiteOptions = {}): RunningRespite {
  const dir = given.dir ?? temporaryDirectory();
  if (given.config !== undefined) {
    writeFileSync(path.join(dir, 'respite.config.json'), JSON.stringify(given.config));
  }
  const args = [bin, 'run', '--management', '127.0.0.1:0', ...(given.options ?? []), fixture(script)];
  if (given.args !== undefined) args.push('--', ...given.args);
  const running = new RunningRespite(args, dir, given);
  t.after(() => running.cleanUp());
  return running;
}

/** The same script on Node.js alone: what Respite's behaviour is compared with. */
export function bare(t: TestContext, script: string, given: RespiteOptions = {}): RunningProcess {
  return start(t, [fixture(script), ...(given.args ?? [])], given);
}

/** Starts the command itself with these arguments, for what goes wrong before anything runs. */
export function command(
  t: TestContext,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  return start(t, [bin, ...args], options);
}
