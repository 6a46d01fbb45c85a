import { RespiteError } from '../../../core/errors.ts';
import type { Log } from '../../log.ts';
import type { RestartStatus } from '../status.ts';
import { type Program, type Release, resolveProgram } from './release.ts';
import { changedSettings, type WorkerSettings } from './settings.ts';

interface RestartsConfig {
  readonly log: Log;
  /** Working directory of the workers as the user reached it, symbolic links included. */
  readonly directory: string;
  readonly nowMs: () => number;
  /** The release that runs now. */
  readonly current: () => Release;
  /** Reads what configuration and environment files say now. Rejects with what is wrong with them. @param directory That of the workers. */
  readonly readSettings: (directory: string) => Promise<WorkerSettings>;
  /** Moves every slot to a release. Resolves with undefined, or with why the old one goes on. */
  readonly renew: (to: Release) => Promise<string | undefined>;
  /** Slots that the restart under way, or the last one, has renewed. */
  readonly renewed: () => number;
  readonly isStopping: () => boolean;
  /** The first worker has been ready. */
  readonly hasServed: () => boolean;
  /** One has begun, or has ended. */
  readonly onUnderWay: (isUnderWay: boolean) => void;
}

/** Rolling restarts on request, one at a time; remembers how the last one ended. */
export class Restarts {
  readonly #config: RestartsConfig;
  #last: RestartStatus | undefined;
  /** Slots are being renewed, or were: before that, `renewed` is about the restart before. */
  #hasBegunRenewal = false;

  constructor(config: RestartsConfig) {
    this.#config = config;
  }

  get isUnderWay(): boolean {
    return this.#last !== undefined && this.#last.endedAtMs === undefined;
  }

  /** The one under way, or the last; undefined before the first. */
  get last(): RestartStatus | undefined {
    return this.#last === undefined || !this.isUnderWay
      ? this.#last
      : { ...this.#last, renewed: this.#renewed() };
  }

  /**
   * Restarts all workers. Does nothing while a restart is under way. Rejects with a `RespiteError`,
   * `RESPITE_SUPERVISOR_RESTART_FAILED`, when nothing has served yet, the script can't be found, the configuration is wrong, or the new
   * version was taken back.
   *
   * @param script Absolute path; default: the same as before, with its symbolic links followed again.
   */
  async run(script: string | undefined): Promise<void> {
    const { log, directory, current, isStopping, hasServed, nowMs, onUnderWay } = this.#config;
    if (!hasServed()) {
      throw new RespiteError(
        'RESPITE_SUPERVISOR_RESTART_FAILED',
        'there is nothing to restart yet: the first worker has not listened so far',
      );
    }
    if (this.isUnderWay) {
      log.warn({}, 'a rolling restart is under way already: this one is not begun');
      return;
    }
    const before = current();
    const program = resolveProgram(script ?? before.script, directory);
    const fields = { script: program.file, directory: program.directory };
    const change = program.file === before.file ? '' : `: from ${before.file} to ${program.file}`;
    log.info(fields, `rolling restart begins${change}`);
    const begun = { id: (this.#last?.id ?? 0) + 1, script: program.file, startedAtMs: nowMs() };
    this.#last = { ...begun, endedAtMs: undefined, renewed: 0, problem: undefined };
    this.#hasBegunRenewal = false;
    onUnderWay(true);
    let problem: string | undefined = 'it failed unexpectedly; the log says why';
    try {
      problem = await this.#renew(program);
    } finally {
      this.#last = { ...begun, endedAtMs: nowMs(), renewed: this.#renewed(), problem };
      onUnderWay(false);
    }
    if (isStopping()) return;
    if (problem !== undefined) {
      throw new RespiteError(
        'RESPITE_SUPERVISOR_RESTART_FAILED',
        `rolling restart given up: ${problem}; the old one goes on serving`,
      );
    }
    log.info({}, 'rolling restart is done');
  }

  /** @returns Why the old release goes on. */
  async #renew(program: Program): Promise<string | undefined> {
    const { log, current, readSettings, renew, isStopping } = this.#config;
    let settings: WorkerSettings;
    try {
      settings = await readSettings(program.directory);
    } catch (error) {
      return error instanceof Error ? error.message.replaceAll('\n', '; ') : String(error);
    }
    const changed = changedSettings(current().settings, settings);
    if (changed.length > 0)
      log.info({ settings: changed }, `the new workers get other settings: ${changed.join(', ')}`);
    if (isStopping()) return 'the instance stops';
    this.#hasBegunRenewal = true;
    return renew({ ...program, settings });
  }

  #renewed(): number {
    return this.#hasBegunRenewal ? this.#config.renewed() : 0;
  }
}
