// The server that is tuned, as the experiments see it: restarted with other settings, and asked for its own figures.
import type { Burst } from './accept-queue.ts';

/** What an experiment changes; everything else stays as the user's configuration has it. */
export interface ServerSettings {
  readonly limit?: number | 'adaptive' | undefined;
  readonly copies?: number | undefined;
  /** Of each `listen()` of the script. */
  readonly backlog?: number | undefined;
  readonly workers?: number | undefined;
}

/** The settings that the user has. */
export interface ConfiguredSettings {
  readonly limit: number | 'adaptive';
  readonly copies: number;
  readonly workers: number;
}

/** Counters of all workers, and how busy they are. */
export interface ServerFigures {
  /** How long requests have taken inside of the server, all added up. */
  readonly requestSeconds: number;
  /** Share of the last second in which the event loop was busy; of the busiest worker. */
  readonly utilization: number;
  /** Workers that were replaced because they had ended or were unhealthy, by cause. */
  readonly replaced: Readonly<Record<string, number>>;
}

export interface Target {
  readonly configured: ConfiguredSettings;
  /** Processor cores that another worker could have. */
  readonly spareCores: number;
  /** Ends the server, and starts it anew with these settings. Resolves with its URL when it serves. */
  restart(settings: ServerSettings): Promise<string>;
  figures(): Promise<ServerFigures>;
  /** Waits, in the time that the server lives in. */
  pause(ms: number): Promise<void>;
  /** Opens new connections at once, each with a request. */
  burst(connections: number): Promise<Burst>;
}
