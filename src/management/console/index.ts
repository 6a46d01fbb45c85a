// The console: a page in the browser that shows the instance live. Loaded on the first request for it.
import { INSTANCE_MEASURES } from '../../supervisor/instance/history/instance-history.ts';
import type { Supervisor } from '../../supervisor/index.ts';
import { type Answer, json, refusal, type Streamed } from '../answer.ts';
import { EventStreams, type Looker } from './event-streams.ts';
import { page, part } from './files.ts';
import { OutboundCalls } from './outbound-calls.ts';
import { stateOf } from './state.ts';
import { Tickets } from './tickets.ts';

interface ConsoleConfig {
  readonly supervisor: Pick<Supervisor, 'status' | 'history'>;
  readonly version: string;
}

const REASONS = INSTANCE_MEASURES.filter((name) => name.startsWith('reason-'));

/** Of one management port. */
export class Console {
  readonly #streams: EventStreams;
  readonly #tickets = new Tickets();

  constructor({ supervisor, version }: ConsoleConfig) {
    const calls = new OutboundCalls();
    const source = {
      epoch: supervisor.status().startedAtMs,
      names: INSTANCE_MEASURES,
      history: () => supervisor.history,
      state: (nowMs: number, isAuthenticated: boolean) => {
        const status = supervisor.status();
        const state = stateOf(status, supervisor.history, REASONS, {
          nowMs,
          version,
          isAuthenticated,
          // Names of peers are for authenticated callers.
          outbound: isAuthenticated ? calls.read(status.workers, performance.now()) : undefined,
        });
        return `event: state\ndata: ${JSON.stringify(state)}\n\n`;
      },
    };
    this.#streams = new EventStreams(source, Date.now);
  }

  async page(acceptEncoding: string | undefined): Promise<Answer> {
    return page(acceptEncoding);
  }

  async part(name: string, acceptEncoding: string | undefined): Promise<Answer> {
    return (await part(name, acceptEncoding)) ?? refusal(404, 'the console has no such part');
  }

  /** The stream of events. */
  events(looker: Looker): Answer | Streamed {
    if (!this.#streams.hasRoom(looker.isAuthenticated)) {
      return refusal(503, 'too many look already', { 'Retry-After': '10' });
    }
    return {
      status: 200,
      headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' },
      stream: (response) => this.#streams.open(response, looker),
    };
  }

  /** A link to a page for authenticated callers that a browser can follow, once. */
  ticket(path: string, nowMs: number): Answer {
    return json(201, { path: `${path}?ticket=${this.#tickets.issue(path, nowMs)}` });
  }

  redeem(ticket: string, path: string, nowMs: number): boolean {
    return this.#tickets.redeem(ticket, path, nowMs);
  }

  close(): void {
    this.#streams.close();
  }
}
