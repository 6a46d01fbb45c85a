// Everything about evidence that is not needed before something happens: loaded a second after the start.
import { setTimeout as delay } from 'node:timers/promises';
import type { InFlightRoute } from '../../../worker/index.ts';
import { WORKER_MEASURES, WorkerHistory } from '../../detect/probes/worker-history.ts';
import type { Incident } from '../incident.ts';
import { hasTrait } from '../../causes.ts';
import type { Log } from '../../log.ts';
import { cpuSecondsOf } from '../../detect/probes/cpu.ts';
import { type MachineFact, machineFacts } from '../../detect/probes/facts.ts';
import { MACHINE_MEASURES, MachineHistory } from '../../detect/probes/machine-history.ts';
import { type PeerSockets, socketsByPeer } from '../../detect/probes/sockets-by-peer.ts';
import { askWorker } from './asking.ts';
import { Dossier, reasonOf, REPORT_FILE } from './dossier.ts';
import type { StoredIncident } from './folder.ts';
import { markLines } from '../../workers/process/log-tail.ts';
import { LOAD_FILE, LoadHistory } from './load-history.ts';
import type { ResolvedIncidentsOptions } from './options.ts';
import { pruneIncidents } from './prune.ts';
import { type Redact, redactAll } from '../../../core/redact.ts';
import { type DependencyProbe, renderReport } from './report/page.ts';
import { withSourceLines } from './source-lines.ts';
import type { Witness } from './witness.ts';

/** Ten minutes, read once a second. */
const HISTORY_SECONDS = 600;

/** Healing waits no longer for evidence. */
const TOTAL_DEADLINE_MS = 3000;

/** The same where each second may be the last, in ms: long enough for the first profile of the heap. Its replacement starts meanwhile. */
const URGENT_DEADLINE_MS = 500;

const LOG_LINES = 200;

/** Engineers look for the last lines in the report first. */
const NO_LOG =
  'no log.txt: nothing was written through process.stdout or process.stderr; loggers with a thread or a descriptor of their own are not seen';

/** Maximum of incidents whose details are in memory, since they can last for hours (a crash loop). */
const MOST_OPEN = 20;

export interface KeeperConfig {
  readonly incidents: ResolvedIncidentsOptions | false;
  readonly log: Log;
  readonly nowMs: () => number;
  /** The one of this process. */
  readonly redact: Redact;
  /** Asks what the server depends on how it is. Default: none. */
  readonly probes?: (() => Promise<readonly DependencyProbe[]>) | undefined;
}

/** What was learned of an incident beside what the ledger has. */
interface Case {
  readonly dossier: Dossier;
  readonly witness: Witness | undefined;
  /** At work on it; when it is done, the incident's end is written. */
  work: Promise<unknown>;
  /** It is over, and what is left is written. */
  closed: Promise<void> | undefined;
  requests: readonly InFlightRoute[] | undefined;
  sockets: readonly PeerSockets[];
  machine: readonly MachineFact[];
  probes: readonly DependencyProbe[];
}

export class Keeper {
  readonly #config: KeeperConfig;
  readonly #redact;
  readonly #machine = new MachineHistory(HISTORY_SECONDS);
  readonly #histories = new WeakMap<Witness, WorkerHistory>();
  readonly #load = new LoadHistory();
  readonly #cases = new Map<string, Case>();

  constructor(config: KeeperConfig) {
    this.#config = config;
    this.#redact = config.redact;
  }

  /** Once a second. */
  tick(workers: Iterable<Witness>): void {
    const nowMs = this.#config.nowMs();
    const all = [...workers];
    this.#machine.add(nowMs);
    this.#load.add(nowMs, all);
    for (const worker of all) {
      let history = this.#histories.get(worker);
      if (history === undefined) this.#histories.set(worker, (history = new WorkerHistory(HISTORY_SECONDS)));
      const { sample, report, pid } = worker;
      history.add(nowMs, { sample, report, cpuSeconds: cpuSecondsOf(pid) });
    }
  }

  /** An incident has opened, changed or ended. @param witness Its worker, where one is known. */
  note(incident: Incident, witness: Witness | undefined): void {
    const known = this.#cases.get(incident.id);
    const found = known ?? this.#open(incident, witness);
    if (found === undefined) return;
    found.dossier.update(incident);
    if (known === undefined) found.work = this.#gather(found);
    if (incident.endedAtMs !== undefined) found.closed ??= this.#close(incident.id, found);
  }

  /** Asks the worker. Resolves when it may be ended; never rejects. */
  async collect(incident: Incident, witness: Witness): Promise<void> {
    const found = this.#cases.get(incident.id);
    if (found === undefined) return;
    const over = new AbortController();
    const deadlineMs = hasTrait(incident.cause, 'urgent') ? URGENT_DEADLINE_MS : TOTAL_DEADLINE_MS;
    const late = delay(deadlineMs, undefined, { signal: over.signal, ref: false }).catch(() => {});
    const { captures } = witness;
    const asked = askWorker({
      captures,
      incident,
      dossier: found.dossier,
      redact: this.#redact,
      pause: async (ms) => delay(ms, undefined, { ref: false }),
      onRequests: (requests) => {
        found.requests = requests;
      },
    }).then(() => found.dossier.save());
    const before = found.work;
    found.work = Promise.allSettled([before, asked]);
    await Promise.race([asked, late]);
    over.abort();
  }

  /** Resolves when all that is known is written. */
  async settled(): Promise<void> {
    await Promise.all(
      [...this.#cases.values()].map(async (found) => {
        await found.work;
        await found.dossier.saved();
        await found.closed;
      }),
    );
  }

  #open(incident: Incident, witness: Witness | undefined): Case | undefined {
    const { incidents, log } = this.#config;
    if (incidents === false || this.#cases.size >= MOST_OPEN) return undefined;
    const { directory } = incidents;
    const dossier = new Dossier(incident, {
      directory,
      log,
      redact: this.#redact,
      render: async (stored) => this.#render(stored, found),
    });
    const found: Case = {
      dossier,
      witness,
      work: Promise.resolve(),
      closed: undefined,
      requests: undefined,
      sockets: [],
      machine: [],
      probes: [],
    };
    this.#cases.set(incident.id, found);
    return found;
  }

  /** What needs no answer of a worker. */
  async #gather(found: Case): Promise<void> {
    const { incidents, probes } = this.#config;
    const { dossier, witness } = found;
    if (incidents === false) return;
    const load = this.#load.read();
    if (load !== undefined)
      await dossier.keep(
        LOAD_FILE,
        'requests by second and route before it: JSON',
        `${JSON.stringify(load)}\n`,
      );
    const [machine, sockets, probed] = await Promise.all([
      machineFacts([process.cwd(), incidents.directory]),
      witness === undefined ? [] : socketsByPeer(witness.pid),
      probes?.().catch((error: unknown) => {
        dossier.lack(`dependencies could not be asked: ${reasonOf(error)}`);
        return [];
      }) ?? [],
    ]);
    found.machine = redactAll(machine, this.#redact);
    found.sockets = sockets;
    found.probes = redactAll(probed, this.#redact);
    const context = { machine: found.machine, sockets, dependencies: found.probes };
    await dossier.keep(
      'context.json',
      'machine, control group, sockets by peer: JSON',
      `${JSON.stringify(context, undefined, 2)}\n`,
    );
    dossier.save();
  }

  async #close(id: string, found: Case): Promise<void> {
    const { incidents, log, nowMs } = this.#config;
    await found.work;
    const text = found.witness?.logTail.text ?? '';
    if (text !== '')
      await found.dossier.keep(
        'log.txt',
        'the last 64 KB that it wrote to stdout and stderr',
        this.#redact(text),
      );
    else if (found.witness !== undefined) found.dossier.lack(NO_LOG);
    found.dossier.save();
    await found.dossier.saved();
    this.#cases.delete(id);
    if (incidents === false) return;
    await pruneIncidents(incidents.directory, incidents, nowMs(), new Set(this.#cases.keys())).catch(
      (error: unknown) => {
        log.warn({ err: error, directory: incidents.directory }, 'old incidents could not be removed');
      },
    );
  }

  async #render(incident: StoredIncident, found: Case): Promise<string> {
    const { witness } = found;
    const history = witness === undefined ? undefined : this.#histories.get(witness)?.history;
    const frames = await withSourceLines(found.dossier.incident.stack ?? []);
    return renderReport({
      // The report is not in its own list.
      incident: { ...incident, evidence: incident.evidence.filter(({ file }) => file !== REPORT_FILE) },
      frames: redactAll(frames, this.#redact),
      curves: {
        worker: history?.curves(WORKER_MEASURES),
        machine: this.#machine.history.curves(MACHINE_MEASURES),
      },
      requests: found.requests,
      sockets: found.sockets,
      machine: found.machine,
      probes: found.probes,
      log: markLines(this.#redact(witness?.logTail.text ?? ''), LOG_LINES),
    });
  }
}
