// The user's script under `respite run`, restarted with other settings by a configuration that stands in for the user's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { RespiteError } from '../../../core/errors.ts';
import { ownModule } from '../../../core/own-files.ts';
import type { Burst } from '../accept-queue.ts';
import type { ConfiguredSettings, ServerFigures, ServerSettings, Target } from '../target.ts';
import { BACKLOG_VARIABLE } from './backlog-variable.ts';
import { burst } from './burst.ts';
import { type Cores, onCores } from './cores.ts';
import type { Overlay } from './overlay.ts';
import { ServerProcess } from './process.ts';
import { schemeOf, whyNoScheme } from './scheme.ts';
import { figuresOf, hostOf, readStatus } from './status.ts';

export interface RespiteTargetOptions {
  /** How `respite` is started: Node.js and the file of the command. */
  readonly command: readonly string[];
  readonly script: string;
  readonly args: readonly string[];
  /** Absolute path of the user's configuration; undefined without one. */
  readonly configFile: string | undefined;
  readonly configured: ConfiguredSettings;
  readonly cores: Cores;
  /** Path of the requests. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Longest start of a server, and how often is looked whether it serves, in ms. */
const START_MS = 30_000;
const LOOK_MS = 25;

export class RespiteTarget implements Target {
  readonly configured: ConfiguredSettings;
  readonly #options: RespiteTargetOptions;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'respite-tune-'));
  readonly #socket = path.join(this.#directory, 'management.sock');
  readonly #killAtExit = (): void => this.#process?.kill();
  #process: ServerProcess | undefined;
  #url: URL | undefined;
  #starts = 0;

  constructor(options: RespiteTargetOptions) {
    this.#options = options;
    this.configured = options.configured;
    process.once('exit', this.#killAtExit);
  }

  get spareCores(): number {
    return this.#options.cores.spare.length;
  }

  async restart(settings: ServerSettings): Promise<string> {
    await this.#process?.stop();
    const { command, script, args, path: requested } = this.#options;
    const { cores } = this.#options;
    const { workers, limit, backlog } = settings;
    const own = workers === undefined ? cores.server : [...cores.server, ...cores.spare].slice(0, workers);
    const limited = limit === undefined ? [] : ['--limit', String(limit)];
    const config = this.#writeConfiguration(settings);
    const running = new ServerProcess(
      onCores(own, [...command, 'run', '--config', config, ...limited, script, ...args]),
      process.cwd(),
      {
        ...process.env,
        RESPITE_INSTANCES: this.#directory,
        RESPITE_MANAGEMENT_TOKEN: '',
        ...(backlog === undefined ? {} : { [BACKLOG_VARIABLE]: String(backlog) }),
      },
    );
    this.#process = running;
    const host = await this.#serving(running);
    const scheme = this.#url?.protocol ?? (await schemeOf(host, requested));
    if (scheme === undefined) throw failed(await whyNoScheme(host), undefined);
    this.#url = new URL(requested, `${scheme}//${host}`);
    return this.#url.href;
  }

  async figures(): Promise<ServerFigures> {
    const status = await readStatus(this.#socket);
    if (status === undefined)
      throw failed('the server does not answer on its management port', this.#process);
    return figuresOf(status);
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#options.signal });
  }

  async burst(connections: number): Promise<Burst> {
    if (this.#url === undefined) throw failed('no server was started', undefined);
    return burst(this.#url, connections);
  }

  async close(): Promise<void> {
    await this.#process?.stop();
    process.off('exit', this.#killAtExit);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #serving(running: ServerProcess): Promise<string> {
    const endMs = performance.now() + START_MS;
    while (performance.now() < endMs) {
      this.#options.signal.throwIfAborted();
      if (running.hasEnded) throw failed('the server ended before it served', running);
      const status = await readStatus(this.#socket);
      const isReady =
        status !== undefined &&
        status.workers.filter(({ state }) => state === 'ready').length >= status.workersWanted;
      const host = status && hostOf(status);
      if (isReady && host !== undefined) return host;
      await delay(LOOK_MS);
    }
    throw failed(`the server does not serve on a port after ${START_MS / 1000} s`, running);
  }

  /** A file for each start: what a module once exported stays. */
  #writeConfiguration({ copies, workers, backlog }: ServerSettings): string {
    this.#starts += 1;
    const { configFile } = this.#options;
    const changes: Overlay = {
      owner: process.pid,
      directory: this.#directory,
      management: `unix:${this.#socket}`,
      copies,
      workers,
      nodeArgs: backlog === undefined ? [] : [`--import=${ownModule('load/tune/server/backlog').href}`],
    };
    const attributes = configFile?.endsWith('.json') ? " with { type: 'json' }" : '';
    const configured =
      configFile === undefined
        ? 'const configured = {};'
        : `import configured from ${JSON.stringify(pathToFileURL(configFile).href)}${attributes};`;
    const file = path.join(this.#directory, `respite.config.${this.#starts}.mjs`);
    writeFileSync(
      file,
      `import { overlay } from ${JSON.stringify(ownModule('load/tune/server/overlay').href)};
${configured}
export default overlay(configured, ${JSON.stringify(changes)});
`,
    );
    return file;
  }
}

function failed(why: string, running: ServerProcess | undefined): RespiteError {
  const output = running?.output;
  return new RespiteError('RESPITE_TUNE_SERVER', output ? `${why}; its last lines:\n${output}` : why);
}
