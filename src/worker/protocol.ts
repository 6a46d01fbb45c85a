// What supervisor and worker say to each other.
import type {
  FairnessSetup,
  FingerprintSetup,
  QuarantineNews,
  QuarantineRules,
  ResolvedAdmissionOptions,
  TenantRates,
  Traffic,
  WaitingRoute,
} from '../admission/index.ts';
import type { BackpressureOptions } from '../backpressure/index.ts';
import type { OutboundOptions } from '../outbound/index.ts';
import type { IndicatorReport } from '../core/health-link.ts';
import type { FileIdentity } from '../core/socket-file.ts';
import type { DrillOrder } from './drill/order.ts';
import type { StopSignal } from './held-signals.ts';
import type { SentSample } from './sample.ts';
import type { ShapeBatch } from './shape/batch.ts';
import type { ScriptFamily } from './script-metrics/script-family.ts';
import type { WarmUpNews } from './warm-up.ts';
import type { ThreadSetup } from './watchdog/index.ts';

/** Holds the {@link WorkerSetup} as JSON; removed from the environment before user code runs. */
export const SETUP_VARIABLE = 'RESPITE_WORKER_SETUP';

/** What a worker has to know before user code runs. */
export interface WorkerSetup {
  /** Version of the supervisor. Everything else in here, and every message, is as that version has it. */
  readonly version: string;
  /** What the script finds in `process.argv[1]`: its path as the user gave it. Node.js is given the file that it leads to. */
  readonly script: string;
  readonly admission: ResolvedAdmissionOptions;
  /** Undefined: what slow clients don't read is left to the user's code. */
  readonly backpressure: BackpressureOptions | undefined;
  /** Undefined: no request is put into quarantine. */
  readonly quarantine: QuarantineSetup | undefined;
  /** Undefined: sheddable requests are not shared out between tenants. */
  readonly fairness: FairnessSetup | undefined;
  /** Undefined: calls to other services are the user's code's own. */
  readonly client: OutboundOptions | undefined;
  /** A command has switched the instance to a dry run: `client` counts what it would do. */
  readonly isDryRun: boolean;
  /** It has the sockets that systemd opened for the supervisor, under the same numbers. */
  readonly inheritsSockets: boolean;
  /** The configuration allows `respite drill` to inject faults. */
  readonly allowsDrills: boolean;
  /** The supervisor itself has a parent to whom the user's `process.send` goes. */
  readonly relaysMessages: boolean;
  /** It accepts only when the script has called `process.send('ready')`. */
  readonly readyByMessage: boolean;
  /** False for a process that never listens: it is ready when it runs. */
  readonly listens: boolean;
  /** Others have listened before: it accepts only when its own critical health indicators are up. */
  readonly waitsForHealth: boolean;
  /** It listens and accepts nothing until it is to take the place of another worker. */
  readonly isStandby: boolean;
  /** Sockets are held already: its script runs when their copies have arrived, so that `listen()` finds them at once. */
  readonly awaitsSockets: boolean;
  /** It is the only worker and has no predecessor: what it can't bind is another program's. */
  readonly isAlone: boolean;
  /** No worker of this instance was there before it. */
  readonly isFirst: boolean;
  /** A server with `exclusive: true` is shared as any other. */
  readonly sharesExclusive: boolean;
  /** Connections of a client go to one slot; this is this worker's. Undefined: each worker serves what it accepts. */
  readonly sticky: SlotOwner | undefined;
  /** Requests that it makes to itself before it accepts, and the maximum time for all, in ms. */
  readonly warmUp: { readonly requests: readonly string[]; readonly timeoutMs: number };
  readonly inspector: InspectorSetup;
  readonly drainTimeoutMs: number;
  readonly killTimeoutMs: number;
  /** The pipe that the watchdog has too: what the main thread says in it before it dies. */
  readonly lastWordsDescriptor: number;
  /** The file that requests are counted in; undefined where none can be made. */
  readonly countersDescriptor: number | undefined;
  /** Undefined when there is nothing to look for. */
  readonly watchdog: Omit<ThreadSetup, 'memory'> | undefined;
}

/** Names a listening socket by what `listen()` was asked for: so a replacement's `listen()` finds its predecessor's. */
export type SocketKey = string;

/** A socket's own address, after binding. */
export interface BoundAddress {
  /** Of a Unix socket its absolute path, or its abstract name after a NUL. */
  readonly address: string;
  /** -1 for a Unix socket, as node:net has it. */
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6' | 'unix';
  /** Of a Unix socket, unless its name is abstract. */
  readonly file?: FileIdentity | undefined;
}

/** Where debuggers attach to a worker. */
export interface InspectorSetup {
  /** Undefined: nowhere, until SIGUSR1 comes or the script opens it. */
  readonly host: string | undefined;
  /** That of the slot. */
  readonly port: number;
  /** Node.js has opened it when the process began. */
  readonly isOpen: boolean;
}

export interface QuarantineSetup extends FingerprintSetup {
  readonly isDryRun: boolean;
}

/** The worker of a slot. */
export interface SlotOwner {
  readonly slot: number;
  readonly worker: number;
}

/** Why a `listen()` stayed the worker's own: of Unix sockets only those whose path is too long to be held. */
export type PassThroughReason = 'unix socket' | 'exclusive' | 'reusePort' | 'file descriptor' | 'handle';

/**
 * What a worker that listens still waits for before it accepts: the script's message, its own health indicators, requests to itself, or, as a
 * standby, for the place of another worker.
 */
export type ReadyCondition = 'message' | 'indicators' | 'warm-up' | 'standby';

export type ToSupervisor =
  /** Is there to be spoken to. */
  | { readonly kind: 'hello' }
  /** Its code is of another version than the supervisor's. */
  | { readonly kind: 'other-version'; readonly version: string }
  /** Listens on a socket that it has bound; comes with its handle. @param anyKey The `listen(0)` that its port came from. */
  | {
      readonly kind: 'bound';
      readonly key: SocketKey;
      readonly bound: BoundAddress;
      readonly anyKey: SocketKey | undefined;
      readonly speaksHttp: boolean;
    }
  /** Can't listen there, since another program does. */
  | { readonly kind: 'address-in-use'; readonly where: string }
  /**
   * Wants copies of a socket that it could not bind, being taken.
   *
   * @param overlapping Held sockets that are in the way.
   * @param path Of a Unix socket: its file is in the way.
   */
  | {
      readonly kind: 'claim';
      readonly key: SocketKey;
      readonly path: string | undefined;
      readonly overlapping: readonly SocketKey[];
    }
  /** Listens on copies that it was given. */
  | { readonly kind: 'listening'; readonly key: SocketKey; readonly speaksHttp: boolean }
  /** Need not listen, and its event loop runs. */
  | { readonly kind: 'runs' }
  /** Does not accept yet, since it waits for these; accepts when there are none. @param indicators Those that are not up. */
  | {
      readonly kind: 'waits';
      readonly conditions: readonly ReadyCondition[];
      readonly indicators: readonly string[];
    }
  /** Its warm-up takes long, or one of its requests failed. */
  | ({ readonly kind: 'warm-up' } & WarmUpNews)
  /** The user closed the server; it is told `released` when connections are refused. */
  | { readonly kind: 'closed'; readonly key: SocketKey }
  /** Has accepted a connection of a client that belongs to another slot; comes with its handle. */
  | { readonly kind: 'connection'; readonly key: SocketKey; readonly client: string }
  /** Has got the connection that it was sent last. */
  | { readonly kind: 'connection-taken' }
  /** Its script forks with node:cluster: other processes serve what comes there. @param isShared Its socket is held as any other. */
  | { readonly kind: 'clustered'; readonly where: string; readonly isShared: boolean }
  | { readonly kind: 'passed-through'; readonly reason: PassThroughReason; readonly where: string }
  | { readonly kind: 'sample'; readonly sample: SentSample }
  /** Requests that have waited for their answer for long; once a second while there are any. */
  | { readonly kind: 'waiting'; readonly routes: readonly WaitingRoute[] }
  /** What has become of requests in the last second, by kind; silent while there is nothing. */
  | { readonly kind: 'traffic'; readonly traffic: Traffic }
  /** What the user's health indicators in this worker have found; after each check. */
  | { readonly kind: 'health'; readonly reports: readonly IndicatorReport[] }
  /** What the script measures. @param leftOut Metrics that did not fit. @param problem Why they can't be told. */
  | {
      readonly kind: 'script-metrics';
      readonly families: readonly ScriptFamily[];
      readonly leftOut: number;
      readonly problem: string | undefined;
    }
  /** Its watchdog thread could not be started, or has ended. */
  | { readonly kind: 'unwatched'; readonly reason: string }
  /** The file for its counters can't be written any more: what it counts from now on is lost. */
  | { readonly kind: 'uncounted'; readonly reason: string }
  | QuarantineNews
  /** Requests of a recording. @param isLast It records no more. */
  | {
      readonly kind: 'shape';
      readonly recording: number;
      readonly batch: ShapeBatch;
      readonly isLast: boolean;
    }
  /** What tenants ask of this worker; replaces the previous message. @param largestShare The most that one is let through, 0 to 1. */
  | { readonly kind: 'tenant-rates'; readonly rates: TenantRates; readonly largestShare: number }
  /** The user's code has called `process.disconnect()`. */
  | { readonly kind: 'user-disconnected' }
  /** Has been sent a signal, by another process than the supervisor, and holds it back. */
  | { readonly kind: 'asked-to-stop'; readonly signal: StopSignal }
  /** Is drained, or out of time with these requests in flight, and has raised the signal it was to end with. */
  | { readonly kind: 'signalled'; readonly cut: readonly WaitingRoute[] };

export type ToWorker =
  /** One copy of a held socket; comes with its handle. */
  | {
      readonly kind: 'socket';
      readonly key: SocketKey;
      readonly bound: BoundAddress;
      readonly anyKey: SocketKey | undefined;
    }
  /** With sticky sessions: the worker of each slot that takes new connections of a socket. */
  | { readonly kind: 'owners'; readonly key: SocketKey; readonly owners: readonly SlotOwner[] }
  /** Another worker has accepted this connection, and its client belongs to this one; comes with its handle. */
  | { readonly kind: 'connection'; readonly key: SocketKey }
  /** A socket is not held any more, or what you closed is known to be closed: close the copies of it. @param isHeld It is other workers'. */
  | { readonly kind: 'released'; readonly key: SocketKey; readonly isHeld: boolean }
  /** All copies of all held sockets have been sent: run the user's script. */
  | { readonly kind: 'go' }
  /** The socket that was claimed is not held, or this worker has it already. @param isAbandoned Its file is there, and no program listens. */
  | { readonly kind: 'not-held'; readonly key: SocketKey; readonly isAbandoned: boolean }
  /** Where debuggers attach in this slot is this worker's, or its replacement's. */
  | { readonly kind: 'inspector'; readonly isYours: boolean }
  /** Tell what the script measures. */
  | { readonly kind: 'ask-metrics' }
  /** Accept, whatever you wait for. */
  | { readonly kind: 'accept' }
  /** You are a standby no more: accept as soon as nothing else holds you back. */
  | { readonly kind: 'serve' }
  /** Refuse what has to be refused, or only count it. */
  | { readonly kind: 'dry-run'; readonly dryRun: boolean }
  /** Requests in quarantine, and those that are suspected. */
  | { readonly kind: 'quarantine'; readonly rules: QuarantineRules }
  /** Record the load shape, or stop recording it. @param recording Its number. */
  | { readonly kind: 'record-shape'; readonly recording: number; readonly isOn: boolean }
  /** What tenants ask of all workers together, this one included; also of other instances, where these tell. */
  | { readonly kind: 'tenant-rates'; readonly rates: TenantRates }
  /** Begin a fault of a drill. */
  | { readonly kind: 'drill'; readonly order: DrillOrder }
  /** The parent of `respite run` has closed its channel. */
  | { readonly kind: 'parent-disconnected' }
  /** Stop accepting, finish what is in flight, then raise `signal` so that the user's own handler runs. */
  | { readonly kind: 'drain'; readonly signal: NodeJS.Signals }
  /** Raise `signal` now, drained or not. */
  | { readonly kind: 'raise'; readonly signal: NodeJS.Signals };
