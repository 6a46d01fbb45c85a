// Health checks of the configuration: they run in a process of their own, and what they find is kept and logged here.
import type { IndicatorReport } from '../../core/health-link.ts';
import { processRedaction } from '../../core/redact.ts';
import { readPeer } from '../../health/finding.ts';
import type { HealthOptions } from '../../health/index.ts';
import { resolveHealthOptions } from '../../health/options.ts';
import { type Log, logHealth } from '../../supervisor/index.ts';
import { type End, type Suspects, toBlame } from './blame.ts';
import { ChecksProcess, type ChecksProcessConfig } from './checks-process.ts';

/** How long a check that ended the process is left out, in ms: the first time, and at most. */
const LEFT_OUT_MS = 30_000;
const MAX_LEFT_OUT_MS = 600_000;

/** How long until a process is started again, in ms. */
const RESTART_MS = 1000;

/** Without a process for this time, what was found last says nothing any more, in ms. */
const STALE_MS = 30_000;

/** Ends that are remembered: as many as are looked at together. */
const MAX_ENDS = 3;

const NO_SUSPECTS: Suspects = Object.freeze({ names: [], running: undefined });

type StartProcess = (config: ChecksProcessConfig) => Pick<ChecksProcess, 'add' | 'stop'>;

export interface ChecksConfig {
  readonly options: HealthOptions;
  /** The configuration file, which the process loads itself. */
  readonly file: string;
  readonly log: Log;
  readonly startProcess?: StartProcess;
}

/** What the configuration's indicators found last, whatever becomes of the process that looks. */
export class ConfiguredChecks {
  readonly #config: ChecksConfig;
  readonly #startProcess: StartProcess;
  #reports: readonly IndicatorReport[];
  #process: Pick<ChecksProcess, 'add' | 'stop'> | undefined;
  #ends: readonly End[] = [];
  /** How long each check was left out last, in ms. */
  readonly #leftOutMs = new Map<string, number>();
  readonly #leftOut = new Set<string>();
  #isStopped = false;

  constructor(config: ChecksConfig) {
    this.#config = config;
    this.#startProcess = config.startProcess ?? ((of) => new ChecksProcess(of));
    this.#reports = unchecked(config.options, Date.now());
    this.#start();
  }

  reports(): readonly IndicatorReport[] {
    return this.#reports;
  }

  /** Resolves when the process has ended. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#process?.stop();
  }

  #start(): void {
    if (this.#isStopped) return;
    const { file, log } = this.#config;
    try {
      this.#process = this.#startProcess({
        file,
        except: () => [...this.#leftOut],
        onReports: (reports) => this.#found(reports),
        onUncaught: (error) =>
          log.warn({ stack: error }, `a health check left an error that nothing caught: ${firstLine(error)}`),
        onBlocked: (name, forMs) =>
          log.warn(
            { indicator: name, blockedMs: Math.round(forMs) },
            `the health check ${name} blocked its process for ${(forMs / 1000).toFixed(1)} s: the other checks waited`,
          ),
        onEnd: (reason, suspects) => this.#ended(reason, suspects),
      });
    } catch (error) {
      this.#ended(
        `could not be started: ${error instanceof Error ? error.message : String(error)}`,
        NO_SUSPECTS,
      );
    }
  }

  #ended(reason: string, suspects: Suspects): void {
    this.#process = undefined;
    if (this.#isStopped) return;
    const atMs = performance.now();
    this.#ends = [...this.#ends, { ...suspects, atMs }].slice(-MAX_ENDS);
    const blamed = toBlame(this.#ends);
    const names = suspects.running === undefined ? suspects.names : [suspects.running];
    const underWay = names.length === 0 ? '' : ` while it ran ${names.join(', ')}`;
    this.#config.log.error(
      { suspects: names },
      `the process for health checks ${reason}${underWay}; another one starts in ${RESTART_MS / 1000} s`,
    );
    for (const name of blamed) this.#leaveOut(name, reason);
    if (blamed.length > 0) this.#ends = [];
    const lastReports = this.#reports;
    later(RESTART_MS, () => this.#start());
    later(STALE_MS, () => {
      if (this.#reports === lastReports) this.#replace(lastReports.map(forgotten));
    });
  }

  /** Others are to be checked in the meantime. */
  #leaveOut(name: string, reason: string): void {
    const forMs = Math.min(MAX_LEFT_OUT_MS, 2 * (this.#leftOutMs.get(name) ?? LEFT_OUT_MS / 2));
    this.#leftOutMs.set(name, forMs);
    this.#leftOut.add(name);
    const error = `its process ${reason}; it is checked again in ${forMs / 1000} s`;
    this.#replace(this.#reports.map((report) => (report.name === name ? failed(report, error) : report)));
    later(forMs, () => {
      this.#leftOut.delete(name);
      this.#process?.add(name);
    });
  }

  /** A process knows nothing of what was found before it, and of checks that it leaves out. */
  #found(found: readonly IndicatorReport[]): void {
    this.#replace(
      this.#reports.map((before) => {
        const now = found.find(({ name }) => name === before.name);
        if (now === undefined || now.status === 'UNKNOWN') return before;
        return now.status === before.status ? { ...now, sinceMs: before.sinceMs } : now;
      }),
    );
  }

  #replace(reports: readonly IndicatorReport[]): void {
    const before = this.#reports;
    this.#reports = reports;
    logHealth(this.#config.log, reports, before);
  }
}

function unchecked(options: HealthOptions, nowMs: number): readonly IndicatorReport[] {
  return Object.entries(resolveHealthOptions(options).indicators).map(
    ([name, { check, groups, critical }]) => ({
      name,
      groups,
      critical,
      status: 'UNKNOWN',
      sinceMs: nowMs,
      peer: readPeer(check, processRedaction().redact),
      trouble: undefined,
      slowSinceMs: undefined,
      error: undefined,
      durationMs: undefined,
      checkedAtMs: undefined,
      details: {},
    }),
  );
}

function failed(report: IndicatorReport, error: string): IndicatorReport {
  const nowMs = Date.now();
  const sinceMs = report.status === 'DOWN' ? report.sinceMs : nowMs;
  return { ...report, status: 'DOWN', sinceMs, error, trouble: 'dependency-down', slowSinceMs: undefined };
}

function forgotten(report: IndicatorReport): IndicatorReport {
  return report.status === 'UP'
    ? { ...report, status: 'UNKNOWN', sinceMs: Date.now(), trouble: undefined, slowSinceMs: undefined }
    : report;
}

function later(afterMs: number, callback: () => void): void {
  setTimeout(callback, afterMs).unref();
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
