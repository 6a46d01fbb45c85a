import { RespiteError } from '../../../core/errors.ts';
import type { Log } from '../../log.ts';
import type { RestartStatus } from '../status.ts';
import { type Release, resolveRelease } from './release.ts';

interface RestartsConfig {
  readonly log: Log;
  /** Working directory of the workers as the user reached it, symbolic links included. */
  readonly directory: string;
  readonly nowMs: () => number;
  /** The release that runs now. */
  readonly current: () => Release;
  /** Moves every slot to a release. Resolves with undefined, or with why the old one goes on. */
  readonly renew: (to: Release) => Promise<string | undefined>;
  /** Slots that the restart under way, or the last one, has renewed. */
  readonly renewed: () => number;
  readonly isStopping: () => boolean;
  /** One has begun, or has ended. */
  readonly onUnderWay: (isUnderWay: boolean) => void;
}

/** Rolling restarts on request, one at a time; remembers how the last one ended. */
export class Restarts {
  readonly #config: RestartsConfig;
  #last: RestartStatus | undefined;

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
      : { ...this.#last, renewed: this.#config.renewed() };
  }

  /**
   * Restarts all workers. Does nothing while a restart is under way. Rejects with a `RespiteError`,
   * `RESPITE_SUPERVISOR_RESTART_FAILED`, when the script can't be found or the new version was taken back.
   *
   * @param script Absolute path; default: the same as before, with its symbolic links followed again.
   */
  async run(script: string | undefined): Promise<void> {
    const { log, directory, current, isStopping, nowMs, renew, onUnderWay } = this.#config;
    if (this.isUnderWay) {
      log.warn({}, 'a rolling restart is under way already: this one is not begun');
      return;
    }
    const before = current();
    const release = resolveRelease(script ?? before.script, directory);
    const fields = { script: release.file, directory: release.directory };
    const change = release.file === before.file ? '' : `: from ${before.file} to ${release.file}`;
    log.info(fields, `rolling restart begins${change}`);
    const begun = { id: (this.#last?.id ?? 0) + 1, script: release.file, startedAtMs: nowMs() };
    this.#last = { ...begun, endedAtMs: undefined, renewed: 0, problem: undefined };
    onUnderWay(true);
    let problem: string | undefined = 'it failed unexpectedly; the log says why';
    try {
      problem = await renew(release);
    } finally {
      this.#last = { ...begun, endedAtMs: nowMs(), renewed: this.#config.renewed(), problem };
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
}
