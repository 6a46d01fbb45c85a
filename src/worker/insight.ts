// What the watchdog thread may ask of the main thread, through V8's inspector, also while that one stands still. It is reached
// under a symbol of `process`, since the inspector sees the global scope and nothing else.
import type { Session } from 'node:inspector';
import type { Suspect } from '../admission/index.ts';

/** Requests of one route. */
export interface InFlightRoute {
  /** Method, and the route's pattern; the path without the query where none is known. */
  readonly route: string;
  readonly count: number;
  readonly oldestMs: number;
}

interface Insight {
  /** JSON of {@link InFlightRoute}s. */
  requests(): string;
  /** JSON of the request whose code runs; empty when there is none. */
  suspect(): string;
  /** Node.js's diagnostic report as JSON, without the environment. */
  report(): string;
  sampleHeap(): void;
  /** JSON in the form of a `.heapprofile`; empty when the heap is not sampled. */
  heapProfile(): string;
}

/** Options that are there in the versions that know them. */
interface ReportOptions {
  excludeEnv?: boolean;
  excludeNetwork?: boolean;
}

/** V8's own default: a sample for each of this many bytes allocated, on average. */
const SAMPLING_INTERVAL_BYTES = 32 * 1024;

/** @param requests Those in flight. @param suspect The one whose code runs. */
export function installInsight(
  requests: () => readonly InFlightRoute[],
  suspect: () => Suspect | undefined,
): void {
  const insight: Insight = {
    requests: () => JSON.stringify(requests()),
    suspect() {
      const found = suspect();
      return found === undefined ? '' : JSON.stringify(found);
    },
    report,
    sampleHeap,
    heapProfile,
  };
  Object.defineProperty(process, Symbol.for('respite.insight'), { value: insight });
}

/** The options are the user's, so they are put back. */
function report(): string {
  const options = process.report as ReportOptions & NodeJS.ProcessReport;
  const { excludeEnv, excludeNetwork } = options;
  options.excludeEnv = true;
  // Otherwise the names of all peers are looked up, which may take seconds each.
  options.excludeNetwork = true;
  try {
    return JSON.stringify(withoutEnvironment(options.getReport()));
  } finally {
    if (excludeEnv !== undefined) options.excludeEnv = excludeEnv;
    if (excludeNetwork !== undefined) options.excludeNetwork = excludeNetwork;
  }
}

/** A diagnostic report has one of each thread in it, the watchdog's too, and each has the environment. */
interface Report {
  environmentVariables?: unknown;
  readonly workers?: readonly Report[];
}

/** Not left to `excludeEnv`, which not every supported version of Node.js knows. */
export function withoutEnvironment(whole: Report): Report {
  const { environmentVariables: _, workers, ...kept } = whole;
  return workers === undefined ? kept : { ...kept, workers: workers.map(withoutEnvironment) };
}

let sampling: Session | undefined;

/** Of this thread's own session: one of the watchdog's would make the end of the process wait, and say so on stderr. */
function sampleHeap(): void {
  if (sampling !== undefined) return;
  const { Session: InspectorSession } = process.getBuiltinModule('node:inspector');
  const session = new InspectorSession();
  session.connect();
  session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLING_INTERVAL_BYTES });
  process.once('exit', () => session.disconnect());
  sampling = session;
}

function heapProfile(): string {
  let text = '';
  // In its own thread a session answers before it returns.
  sampling?.post('HeapProfiler.getSamplingProfile', (error, found) => {
    if (error === null) text = JSON.stringify(found.profile);
  });
  return text;
}
