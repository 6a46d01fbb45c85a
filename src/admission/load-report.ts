// Load reports as ORCA (Open Request Cost Aggregation) has them, for balancers that weigh instances by what their responses say: Envoy's
// client-side weighted round robin, and what is built on it.
import { performance } from 'node:perf_hooks';
import type { AdmissionStats } from './stats.ts';
import { workerUtilization } from './utilization.ts';

/** Which responses report the load: those to requests that ask for it, or all. */
export type LoadReports = 'asked' | 'always';

/** The header of a response, and the one by which a request asks for it, as Triton and vLLM have it. */
export const LOAD_HEADER = 'endpoint-load-metrics';
const ASKING_HEADER = 'endpoint-load-metrics-format';

/** How long a report is used again, in ms. */
const FRESH_MS = 250;

/** Time constant of the smoothing of rate and utilization, in ms: balancers take the last report for the state of the instance. */
const SMOOTHING_MS = 2000;

/** What a report is made from. */
export interface LoadSource {
  figures(nowMs: number): Omit<AdmissionStats, 'connectionsRefused' | 'requests'>;
}

/** Requests that have ended since the start. */
interface Completed {
  readonly completed: number;
}

interface Report {
  readonly text: string;
  readonly json: string;
}

/** The load of this process, in words for a header. Made anew a few times a second at most, and only while responses need it. */
export class LoadReport {
  readonly #when: LoadReports;
  readonly #source: LoadSource;
  readonly #requests: Completed;
  readonly #now: () => number;
  /** Balancers compare instances, and this process is one of several workers of its own. */
  readonly #workers: number;
  #report: Report | undefined;
  #madeMs = -Infinity;
  #loop = performance.eventLoopUtilization();
  #cpuMicros = cpuMicros();
  #completed = 0;
  #busy = 0;
  #cpu = 0;
  #rps = 0;

  constructor(
    when: LoadReports,
    source: LoadSource,
    requests: Completed,
    now: () => number,
    workers: number = workersOf(process.env),
  ) {
    this.#when = when;
    this.#source = source;
    this.#requests = requests;
    this.#now = now;
    this.#workers = workers;
  }

  static of(
    when: LoadReports | false,
    source: LoadSource,
    requests: Completed,
    now: () => number,
  ): LoadReport | undefined {
    return when === false ? undefined : new LoadReport(when, source, requests, now);
  }

  /** The line that a response's head has for this request, with its end; undefined for none. */
  lineFor(headers: Readonly<Record<string, unknown>>): string | undefined {
    const asked = headers[ASKING_HEADER];
    if (asked === undefined && this.#when === 'asked') return undefined;
    this.#report ??= this.#make();
    return typeof asked === 'string' && asked.toLowerCase() === 'json'
      ? this.#report.json
      : this.#report.text;
  }

  #make(): Report {
    // A clock that is read for each response would take longer than the header.
    setTimeout(() => (this.#report = undefined), FRESH_MS).unref();
    const nowMs = this.#now();
    this.#measure(nowMs);
    const admission = this.#source.figures(nowMs);
    const memory = admission.pressure.find(({ signal }) => signal === 'memory')?.value;
    const figures: Record<string, number> = {
      application_utilization: workerUtilization({ admission, eventLoopUtilization: this.#busy }),
      cpu_utilization: this.#cpu,
      ...(memory === undefined ? {} : { mem_utilization: Math.min(1, memory) }),
      rps_fractional: this.#rps * this.#workers,
    };
    const rounded = Object.entries(figures).map(
      ([name, value]) => [name, Math.round(value * 1000) / 1000] as const,
    );
    const text = rounded.map(([name, value]) => `${name}=${value}`).join(', ');
    return {
      text: `${LOAD_HEADER}: TEXT ${text}\r\n`,
      json: `${LOAD_HEADER}: JSON ${JSON.stringify(Object.fromEntries(rounded))}\r\n`,
    };
  }

  #measure(nowMs: number): void {
    const loop = performance.eventLoopUtilization();
    const cpu = cpuMicros();
    const { completed } = this.#requests;
    const elapsedMs = nowMs - this.#madeMs;
    if (Number.isFinite(elapsedMs) && elapsedMs > 0) {
      const weight = 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
      const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
      this.#busy += weight * (utilization - this.#busy);
      this.#cpu += weight * ((cpu - this.#cpuMicros) / 1000 / elapsedMs - this.#cpu);
      this.#rps += weight * ((completed - this.#completed) / (elapsedMs / 1000) - this.#rps);
    } else {
      // The first one has no time behind it: what the process did so far.
      this.#busy = loop.utilization;
    }
    this.#madeMs = nowMs;
    this.#loop = loop;
    this.#cpuMicros = cpu;
    this.#completed = completed;
  }
}

/** How many workers the instance has; 1 in a process without Respite. */
function workersOf(env: NodeJS.ProcessEnv): number {
  const workers = Number(env['RESPITE_WORKERS']);
  return Number.isInteger(workers) && workers > 0 ? workers : 1;
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
