import { channel } from 'node:diagnostics_channel';
import type { ServerHttp2Session } from 'node:http2';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Admission, isIntercepted, setProcessHost, speaksHttp } from '../admission/index.ts';
import { observeOutbound } from '../outbound/index.ts';
import { CounterTable } from '../core/counter-table.ts';
import { announceDrain } from '../core/drain-notice.ts';
import { receiveHealth } from '../core/health-link.ts';
import { killProcessGroup } from '../core/process-group.ts';
import { VERSION } from '../core/version.ts';
import { followOrder } from './admission-orders.ts';
import { WorkerAdmissions } from './admissions.ts';
import { acceptWhatWaits, drain } from './drain.ts';
import { AskedMetrics } from './asked-metrics.ts';
import { tellBeforeAnswers } from './before-answers.ts';
import { handToSupervisor, receiveFromSupervisor, send } from './channel.ts';
import { Durations } from './durations.ts';
import type { TcpHandle } from './handles.ts';
import { HeldSignals } from './held-signals.ts';
import { installInsight } from './insight.ts';
import { InspectorPort } from './inspector-port.ts';
import { leaveLastWords } from './last-words.ts';
import { LoadedSecrets } from './loaded-secrets.ts';
import { fairSharesOf } from './fairness.ts';
import { GuardedServers, warmUpOf } from './guarded-servers.ts';
import { holdMainModule } from './main-module.ts';
import { quarantineOf, runningSuspect } from './quarantine.ts';
import { Readiness } from './readiness.ts';
import { RelayedConnections } from './relayed-connections.ts';
import { readyWithoutServer } from './without-server.ts';
import { readFiguresSoon } from './late-figures.ts';
import { hearOfSockets, Listening, shareUdpPorts, Stickiness } from './listening/index.ts';
import { keepLogTail } from './log-tail.ts';
import { applyOutboundPolicies, drill, guardAgainstSlowClients, scriptMetrics } from './on-demand.ts';
import type { ToSupervisor, WorkerSetup } from './protocol.ts';
import type { SentSample } from './sample.ts';
import { Sampler } from './sampler.ts';
import { TrafficNews } from './traffic-news.ts';
import { presentUserChannel } from './user-ipc.ts';
import { watchOnce } from './watch-once.ts';
import { SharedState } from './watchdog/index.ts';
import { writtenTo } from './written-counters.ts';

/** A signal that the user's code listens for arrives on a later turn of the event loop; long enough for that. */
const SIGNAL_ARRIVES_MS = 100;

/** A script that does not listen by then is watched all the same. Before, the thread would be in the way of its start. */
const WATCH_AFTER_MS = 2000;

/** The part of the drain's time over which the end of long-lived connections is to be spread. */
const SPREAD_SHARE = 0.5;

/** A subscriber in the user's process gets the sample that the supervisor gets, with what was decided of requests. */
const samples = channel('respite:worker:sample');

const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();

/** Makes this process a worker. */
export function startWorker(setup: WorkerSetup): void {
  let supervised = true;
  const tell = (message: ToSupervisor, handle?: TcpHandle): void => {
    if (supervised) send(process, message, handle);
  };
  // First: the rest of the setup may be what this version does not understand.
  if (setup.version !== VERSION) tell({ kind: 'other-version', version: VERSION });
  const signals = new HeldSignals((signal) => {
    tell({ kind: 'asked-to-stop', signal });
    return supervised;
  });
  signals.install();
  if (setup.awaitsSockets) holdMainModule(arrived);
  const secrets = new LoadedSecrets(setup.lastWordsDescriptor);
  const inspectorPort = new InspectorPort(setup.inspector);
  leaveLastWords(
    setup.lastWordsDescriptor,
    () => secrets.tell(),
    () => runningSuspect(admissions),
  );

  const counters = new CounterTable();
  const durations = new Durations(counters);
  const written = writtenTo(setup.countersDescriptor, counters, tell);
  const watched = new SharedState();
  if (setup.watchdog !== undefined) keepLogTail(watched.output, setup.watchdog.descriptor);
  const admissions = new WorkerAdmissions(
    {
      counters,
      durations,
      written,
      quarantine: quarantineOf(setup.quarantine, tell),
      fairShares: fairSharesOf(setup.fairness, tell),
      requestStarted: (method, target) => watched.requestStarted(method, target),
    },
    () => listening.acceptsPerTurn,
    (server, socket) => relayed.accepted(server as net.Server, socket as net.Socket),
  );
  setProcessHost(admissions);
  const admission = new Admission(setup.admission, undefined, admissions);
  admissions.joined(admission);
  const guarded = new GuardedServers(admission);
  guarded.add(net.Server.prototype);
  installInsight(
    () => admissions.routesInFlight(),
    () => runningSuspect(admissions),
  );

  const sessions = new Set<ServerHttp2Session>();
  const watch = watchOnce(setup.watchdog, watched, admissions, tell);
  setTimeout(watch, WATCH_AFTER_MS).unref();
  readFiguresSoon(
    () => listening.servers,
    (reader) => sampler.watchRuntime(reader),
  );

  observeOutbound();
  if (setup.client !== undefined) {
    applyOutboundPolicies(setup.client, () => admissions.dryRun ?? setup.isDryRun);
  }
  const guard = setup.backpressure === undefined ? undefined : guardAgainstSlowClients(setup.backpressure);
  const readiness = new Readiness({
    byMessage: setup.readyByMessage,
    waitsForHealth: setup.waitsForHealth,
    isStandby: setup.isStandby,
    warmUp: warmUpOf(setup, guarded, () => listening.servers, tell),
    tell,
    open: () => listening.open(),
  });
  const onServer = (server: net.Server): void => {
    secrets.tell();
    setImmediate(watch);
    // Code that has made such a server has loaded it already.
    // A tracing agent that was loaded before may have wrapped what servers emit by.
    if (speaksHttp(server) && !isIntercepted(server)) guarded.add(server);
    if (speaksHttp(server)) tellBeforeAnswers(process.getBuiltinModule('node:http').ServerResponse.prototype);
    guard?.(server);
    server.on('session', (session: ServerHttp2Session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    });
  };
  const stickiness = setup.sticky && new Stickiness(setup.sticky, handToSupervisor);
  const around = { stickiness, tell, readiness, onServer, isSupervised: () => supervised };
  const listening = new Listening({ ...setup, ...around });
  listening.install();
  shareUdpPorts(() => setup.isFirst && !readiness.hasListened, setup.sharesExclusive);
  const relayed = new RelayedConnections((...relay) => listening.onRelay(...relay));

  const news = new TrafficNews(admissions, tell);
  const counted = (): Pick<SentSample, 'counters' | 'exemplars'> => ({
    counters: written === undefined ? { labels: counters.labels, cells: counters.cells } : undefined,
    exemplars: durations.exemplars.take(),
  });
  const sampler = new Sampler(admissions.all, counted);
  const report = (sample: SentSample): void => {
    secrets.tell();
    written?.flush();
    tell({ kind: 'sample', sample });
    if (samples.hasSubscribers) samples.publish({ ...sample, requests: admissions.decisions });
  };
  sampler.start((sample) => {
    report(sample);
    news.tell();
  });

  receiveHealth((reports) => {
    tell({ kind: 'health', reports });
    readiness.reported(reports);
  });

  const askedMetrics = new AskedMetrics(scriptMetrics, tell);
  let ending = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending) return;
    ending = true;
    const { drainTimeoutMs: timeoutMs } = setup;
    const announced = announceDrain({ signal, timeoutMs, spreadMs: SPREAD_SHARE * timeoutMs });
    await acceptWhatWaits();
    listening.pause();
    const drained = drain({
      servers: listening.servers,
      sessions,
      active: () => admissions.active,
      relayed: () => relayed.count,
      upgraded: () => admissions.upgraded,
      busySockets: () => admissions.busySockets,
      timeoutMs,
      isHurried: signal === 'SIGINT',
    });
    await Promise.race([Promise.all([drained, announced]), delay(timeoutMs, undefined, { ref: false })]);
    report(sampler.sample());
    await askedMetrics.tellLast();
    tell({ kind: 'signalled', cut: admissions.routesInFlight() });
    signals.raise(signal);
    setTimeout(() => {}, SIGNAL_ARRIVES_MS);
  };
  const userChannel = presentUserChannel(
    setup.relaysMessages,
    setup.readyByMessage ? () => readiness.saidReady() : undefined,
    () => tell({ kind: 'user-disconnected' }),
    () => {
      supervised = false;
      void end('SIGTERM');
      setTimeout(() => killProcessGroup(process.pid), setup.drainTimeoutMs + setup.killTimeoutMs).unref();
    },
  );

  receiveFromSupervisor((message, handle) => {
    switch (message.kind) {
      case 'go':
        arrive();
        break;
      case 'accept':
        readiness.openAnyway();
        break;
      case 'serve':
        readiness.serves();
        break;
      case 'ask-metrics':
        askedMetrics.ask();
        break;
      case 'inspector':
        inspectorPort.give(message.isYours);
        break;
      case 'dry-run':
      case 'quarantine':
      case 'record-shape':
      case 'tenant-rates':
        followOrder(admissions, message, tell);
        break;
      case 'drill':
        if (setup.allowsDrills) drill().beginFault(message.order, listening.servers);
        break;
      case 'parent-disconnected':
        userChannel.parentDisconnected();
        break;
      case 'drain':
        void end(message.signal);
        break;
      case 'raise':
        signals.raise(message.signal);
        break;
      default:
        hearOfSockets({ listening, stickiness, tell }, message, handle);
    }
  });
  tell({ kind: 'hello' });
  if (!setup.listens) readyWithoutServer(setup, readiness, tell);
}
