// Runs callers and services of their own processes, and reads what they counted.
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Side } from '../lib/benchmark.ts';
import { onLoadCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { listen, type Server } from '../lib/server.ts';
import { until } from '../lib/until.ts';

export type ClientKind = 'bare' | 'naive' | 'respite';

/** What a caller does. */
export interface Plan {
  readonly url: string;
  readonly client: ClientKind;
  readonly perSecond: number;
  readonly seconds: number;
  /** Clients that share the calls. Default 1. */
  readonly clients?: number;
  /** Time that an attempt has, in ms. Default 1000. */
  readonly giveUpMs?: number;
  /** Share by which that differs between calls of the bare client. Default 0. */
  readonly spread?: number;
  /** Of Respite's client. */
  readonly options?: object;
  readonly method?: 'GET' | 'POST';
  /** Each request has an id. */
  readonly posts?: boolean;
}

/** Counts by tenth of a second since 1970. */
export type Timeline = Readonly<Record<string, number>>;

export interface Calls {
  readonly calls: Timeline;
  readonly ok: Timeline;
  readonly refused: Timeline;
  readonly heldBack: Timeline;
  /** Ids of the requests that were served. */
  readonly succeeded: readonly number[];
}

export async function call(plan: Plan): Promise<Calls> {
  const child = start(onLoadCore([process.execPath, path.join(import.meta.dirname, 'call.mjs')]), {
    env: { PLAN: JSON.stringify(plan) },
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a caller ended with ${code}: ${output}`);
  return JSON.parse(output) as Calls;
}

/** What a service counted. */
export interface Counts {
  /** Requests. */
  readonly arrivals: Timeline;
  /** How often each request with an id arrived. */
  readonly delivered: Readonly<Record<string, number>>;
}

/** A service of its own process. */
export class Service {
  readonly url: string;
  readonly #server: Server;

  constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(
    env: Readonly<Record<string, string>>,
    side: Side = 'bare',
    options: readonly string[] = [],
  ): Promise<Service> {
    const { server, port } = await listen(side, 'outbound.mjs', { env, options });
    return new Service(server, port);
  }

  async control(state: string): Promise<void> {
    await (await fetch(`${this.url}/control?${state}`, { method: 'POST' })).arrayBuffer();
  }

  async counts(): Promise<Counts> {
    // A service with admission may shed this request as any other.
    return await until('the counts of a service', async () => {
      const response = await fetch(`${this.url}/counts`);
      const body = await response.text();
      return response.ok && (JSON.parse(body) as Counts);
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/** Sum over the tenths from one time to another, in ms since 1970. */
export function between(timeline: Timeline, fromMs: number, toMs: number): number {
  let sum = 0;
  for (let tenth = Math.ceil(fromMs / 100); tenth < Math.floor(toMs / 100); tenth += 1) {
    sum += timeline[tenth] ?? 0;
  }
  return sum;
}

/** The largest tenth. */
export function peak(timeline: Timeline, fromMs: number, toMs: number): number {
  let most = 0;
  for (let tenth = Math.ceil(fromMs / 100); tenth < Math.floor(toMs / 100); tenth += 1) {
    most = Math.max(most, timeline[tenth] ?? 0);
  }
  return most;
}

export async function pause(seconds: number): Promise<void> {
  await delay(seconds * 1000);
}
