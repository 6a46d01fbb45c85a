import { channel, subscribe } from 'node:diagnostics_channel';
import type { ServerHttp2Session } from 'node:http2';
import { createRequire } from 'node:module';
import net from 'node:net';
import {
  Admission,
  installGate,
  NOT_ANNOUNCED,
  PROTECTED_CHANNEL,
  type RequestObserver,
  type Waiting,
} from '../admission/index.ts';
import type { BackpressureOptions } from '../backpressure/index.ts';
import { CounterTable } from '../core/counter-table.ts';
import { receiveHealth } from '../core/health-link.ts';
import { acceptWhatWaits, drain } from './drain.ts';
import { tellBeforeAnswers } from './before-answers.ts';
import { Durations } from './durations.ts';
import { installInsight } from './insight.ts';
import { leaveLastWords } from './last-words.ts';
import { Listening, speaksHttp } from './listening.ts';
import { keepLogTail } from './log-tail.ts';
import {
  receiveFromSupervisor,
  send,
  type TcpHandle,
  type ToSupervisor,
  type WorkerSetup,
} from './protocol.ts';
import type { RuntimeReader } from './runtime-figures.ts';
import type { SentSample } from './sample.ts';
import { Sampler } from './sampler.ts';
import { presentUserChannel } from './user-ipc.ts';
import { SharedState, startWatchdog } from './watchdog/index.ts';
import { WrittenCounters } from './written-counters.ts';

/** A signal that the user's code listens for arrives on a later turn of the event loop; long enough for that. */
const SIGNAL_ARRIVES_MS = 100;

/** A script that does not listen by then is watched all the same. Before, the thread would be in the way of its start. */
const WATCH_AFTER_MS = 2000;

/** Before the first sample, and not in the way of the start. */
const FIGURES_AFTER_MS = 500;

/** Of requests that wait for their answer this long the routes are told. */
const WAITING_LONG_MS = 1000;

/** Whoever subscribes to it in the user's process gets the sample that the supervisor gets, with what was decided of requests. */
const samples = channel('respite:worker:sample');

const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();

/** Resolves when the supervisor has sent the copies of all sockets that it holds. Keeps the process alive until then. */
export async function socketsArrived(): Promise<void> {
  // The channel alone does not.
  const waiting = setInterval(() => {}, 1000);
  await arrived;
  clearInterval(waiting);
}

interface SlowClientsModule {
  guardAgainstSlowClients(options: BackpressureOptions): (server: net.Server) => void;
}

/** The script's servers are next. */
function slowClients(options: BackpressureOptions): (server: net.Server) => void {
  const module = load('slow-clients') as SlowClientsModule;
  return module.guardAgainstSlowClients(options);
}

interface RuntimeModule {
  readonly RuntimeReader: new (servers: () => ReadonlySet<net.Server>) => RuntimeReader;
}

/** Loads a module of this folder where it is wanted, and at once. */
function load(name: string): unknown {
  const extension = import.meta.filename.slice(import.meta.filename.lastIndexOf('.'));
  return createRequire(import.meta.url)(`./${name}${extension}`);
}

/** Makes this process a worker. */
export function startWorker(setup: WorkerSetup): void {
  leaveLastWords(setup.lastWordsDescriptor);
  let supervised = true;
  const tell = (message: ToSupervisor, handle?: TcpHandle): void => {
    if (supervised) send(process, message, handle);
  };

  const counters = new CounterTable();
  const durations = new Durations(counters);
  const written = writtenTo(setup.countersDescriptor, counters, tell);
  const watched = new SharedState();
  if (setup.watchdog !== undefined) keepLogTail(watched.output, setup.watchdog.descriptor);
  const observer: RequestObserver = {
    started: (method, target) => watched.requestStarted(method, target),
    answering: (route, method, status, seconds, nowMs) => {
      const announced = durations.answering(route, method, status, seconds);
      written?.answered(nowMs);
      return announced;
    },
    ended: (announced, route, method, status, seconds, nowMs, traceparent) => {
      durations.ended(announced, route, method, status, seconds, traceparent);
      if (announced === NOT_ANNOUNCED) written?.answered(nowMs);
    },
  };
  const admissions: Admission[] = [];
  /** Undefined until somebody switches while the worker runs. */
  let dryRun: boolean | undefined;
  const observe = (admission: Admission): void => {
    admission.observer = observer;
    admission.countIn(counters);
    admission.acceptsPerTurn = () => listening.acceptsPerTurn;
    admission.dryRun = dryRun ?? admission.dryRun;
    admissions.push(admission);
  };
  const admission = new Admission(setup.admission);
  observe(admission);
  subscribe(PROTECTED_CHANNEL, (protectedInCode) => observe(protectedInCode as Admission));
  installGate(net.Server.prototype, admission);
  installInsight(() => admissions.flatMap((each) => each.underWayRoutes()));

  const sessions = new Set<ServerHttp2Session>();
  const active = (): number => admissions.reduce((sum, each) => sum + each.active, 0);
  let isWatched = false;
  const watch = (): void => {
    if (isWatched || setup.watchdog === undefined) return;
    isWatched = true;
    startWatchdog(watched, {
      setup: setup.watchdog,
      inFlight: active,
      completions: () => admissions.reduce((sum, each) => sum + each.completed, 0),
      abandoned: () => admissions.reduce((sum, each) => sum + each.abandoned, 0),
      waiting: () => together(admissions.map((each) => each.waiting())),
      onUnwatched: (reason) => tell({ kind: 'unwatched', reason }),
    });
  };
  setTimeout(watch, WATCH_AFTER_MS).unref();
  setTimeout(() => {
    const { RuntimeReader: Reader } = load('runtime-figures') as RuntimeModule;
    sampler.watchRuntime(new Reader(() => listening.servers));
  }, FIGURES_AFTER_MS).unref();

  const guard = setup.backpressure === undefined ? undefined : slowClients(setup.backpressure);
  const listening = new Listening(tell, (server) => {
    setImmediate(watch);
    // Whoever has made such a server has loaded it already.
    if (speaksHttp(server)) tellBeforeAnswers(process.getBuiltinModule('node:http').ServerResponse.prototype);
    guard?.(server);
    server.on('session', (session: ServerHttp2Session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    });
  });
  listening.install();

  let hasTold = false;
  const tellWaiting = (): void => {
    const routes = admissions.flatMap((each) => each.waitingRoutes(WAITING_LONG_MS));
    // Nothing is said as long as there is nothing, but that there is nothing any more.
    if (routes.length > 0 || hasTold) tell({ kind: 'waiting', routes });
    hasTold = routes.length > 0;
  };

  const counted = (): Pick<SentSample, 'counters' | 'exemplars'> => ({
    counters: written === undefined ? { labels: counters.labels, cells: counters.cells } : undefined,
    exemplars: durations.exemplars.take(),
  });
  const sampler = new Sampler(admissions, counted);
  const report = (sample: SentSample): void => {
    written?.flush();
    tell({ kind: 'sample', sample });
    if (!samples.hasSubscribers) return;
    const requests = admissions.flatMap((each) => each.stats().requests);
    samples.publish({ ...sample, requests });
  };
  sampler.start((sample) => {
    report(sample);
    tellWaiting();
  });

  receiveHealth((reports) => tell({ kind: 'health', reports }));

  let ending = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending) return;
    ending = true;
    await acceptWhatWaits();
    listening.pause();
    await drain({ servers: listening.servers, sessions, active, timeoutMs: setup.drainTimeoutMs });
    report(sampler.sample());
    tell({ kind: 'signalled' });
    process.kill(process.pid, signal);
    setTimeout(() => {}, SIGNAL_ARRIVES_MS);
  };
  const userChannel = presentUserChannel(
    setup.relaysMessages,
    () => tell({ kind: 'user-disconnected' }),
    () => {
      supervised = false;
      void end('SIGTERM');
      setTimeout(
        () => process.kill(process.pid, 'SIGKILL'),
        setup.drainTimeoutMs + setup.killTimeoutMs,
      ).unref();
    },
  );

  receiveFromSupervisor((message, handle) => {
    switch (message.kind) {
      case 'socket':
        if (handle !== undefined) listening.receive(message.key, handle);
        break;
      case 'not-held':
        listening.notHeld(message.key);
        break;
      case 'released':
        listening.released(message.key);
        break;
      case 'go':
        arrive();
        break;
      case 'dry-run':
        dryRun = message.dryRun;
        for (const each of admissions) each.dryRun = dryRun;
        break;
      case 'parent-disconnected':
        userChannel.parentDisconnected();
        break;
      case 'drain':
        void end(message.signal);
    }
  });
  tell({ kind: 'hello' });
}

function together(all: readonly Waiting[]): Waiting {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    oldestMs: Math.max(...all.map(({ oldestMs }) => oldestMs)),
    longestMs: Math.max(...all.map(({ longestMs }) => longestMs)),
  };
}

/** Also what was counted last, when the user's code ends the process. */
function writtenTo(
  descriptor: number | undefined,
  counters: CounterTable,
  tell: (message: ToSupervisor) => void,
): WrittenCounters | undefined {
  if (descriptor === undefined) return undefined;
  const written = new WrittenCounters(counters, descriptor, (error) => {
    tell({ kind: 'uncounted', reason: String(error) });
  });
  process.on('exit', () => written.flush());
  return written;
}
