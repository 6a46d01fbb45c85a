import { setTimeout as delay } from 'node:timers/promises';
import type { Incident } from '../incident.ts';
import type { Log } from '../../log.ts';
import type { Channel } from './channel.ts';
import type { ResolvedNotifyOptions } from './options.ts';
import { payload, type Sender } from './payload.ts';
import { NOTHING_PLANNED, plan, type PlanEvent, type PlanRules } from './plan.ts';
import type { Failure, Message, QueueAction } from './queue.ts';

/** Maximum of messages that wait for each channel. */
const QUEUE_LIMIT = 100;
/** Half a second: taking the stack of a blocked thread takes less than 90 ms (docs/design/watchdog.md). */
const SETTLE_MS = 500;
/** How long a stop of `respite run` waits for what is under way. */
const CLOSING_MS = 2000;

export interface NotifierConfig {
  readonly channels: readonly Channel[];
  readonly options: Pick<ResolvedNotifyOptions, 'events' | 'repeatWindowMs' | 'giveUpAfterMs'>;
  readonly sender: Sender;
  readonly log: Log;
}

/** Tells people of incidents. What goes wrong with that stays here, and in the log. */
export class Notifier {
  readonly #deliveries: readonly Delivery[];

  constructor({ channels, options, sender, log }: NotifierConfig) {
    const rules: PlanRules = { ...options, queueLimit: QUEUE_LIMIT, settleMs: SETTLE_MS };
    this.#deliveries = channels.map((channel) => new Delivery(channel, rules, sender, log));
  }

  /** Something changed about an incident. Returns at once and never throws. */
  tell(incident: Incident): void {
    for (const delivery of this.#deliveries) delivery.react({ kind: 'incident', incident });
  }

  /** Sends what still waits, for two seconds at most. */
  async close(): Promise<void> {
    await Promise.all(this.#deliveries.map(async (delivery) => delivery.close()));
  }
}

/** One channel, and what is to be sent through it. */
class Delivery {
  readonly #channel: Channel;
  readonly #rules: PlanRules;
  readonly #sender: Sender;
  readonly #log: Log;
  readonly #abort = new AbortController();
  readonly #idle: Promise<void>;
  readonly #isIdle: () => void;
  #state = NOTHING_PLANNED;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(channel: Channel, rules: PlanRules, from: Sender, log: Log) {
    this.#channel = channel;
    this.#rules = rules;
    this.#sender = from;
    this.#log = log;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = promise;
    this.#isIdle = resolve;
  }

  react(event: PlanEvent): void {
    const nowMs = Date.now();
    const { state, actions, wakeAtMs } = plan(this.#state, event, nowMs, Math.random(), this.#rules);
    this.#state = state;
    clearTimeout(this.#timer);
    if (wakeAtMs !== undefined && !state.closing) {
      this.#timer = setTimeout(() => this.react({ kind: 'time' }), Math.max(1, wakeAtMs - nowMs));
      this.#timer.unref();
    }
    for (const action of actions) this.#do(action);
    if (state.closing && state.queue.length === 0) this.#isIdle();
  }

  async close(): Promise<void> {
    this.react({ kind: 'closing' });
    const late = new AbortController();
    await Promise.race([
      this.#idle,
      delay(CLOSING_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    clearTimeout(this.#timer);
    const left = this.#state.queue.length;
    if (left > 0) {
      this.#log.error(
        { channel: this.#channel.name, messages: left },
        `${this.#channel.name}: ${left} not sent before the end`,
      );
    }
    this.#abort.abort();
  }

  #do(action: QueueAction): void {
    const { name } = this.#channel;
    const { event, incident, failures } = action.message;
    const fields = { channel: name, event, incident: incident.id };
    switch (action.kind) {
      case 'send':
        void this.#send(action.message);
        return;
      case 'gave-up':
        this.#log.error(
          { ...fields, failures, reason: action.reason },
          `${name}: could not tell that ${incident.id} is ${event}, given up after ${failures} tries: ${action.reason}`,
        );
        return;
      case 'dropped':
        this.#dropped += 1;
        this.#log.error(
          { ...fields, dropped: this.#dropped },
          `${name}: too many messages wait, the oldest is dropped (${this.#dropped} so far)`,
        );
    }
  }

  async #send(message: Message): Promise<void> {
    const { name } = this.#channel;
    const failed = await this.#try(message);
    if (this.#abort.signal.aborted) return;
    const fields = { channel: name, event: message.event, incident: message.incident.id };
    if (failed === undefined) {
      this.#log.debug(fields, `${name}: sent: ${message.incident.id} is ${message.event}`);
      this.react({ kind: 'delivered' });
      return;
    }
    if (message.failures === 0 && !failed.hopeless) {
      this.#log.warn({ ...fields, reason: failed.reason }, `${name}: ${failed.reason}; trying again`);
    }
    this.react({ kind: 'failed', failure: failed });
  }

  async #try(message: Message): Promise<Failure | undefined> {
    try {
      return await this.#channel.send(payload(message, this.#sender), this.#abort.signal);
    } catch (error) {
      // A bug of ours must not make an incident of its own. No message: it could hold what is secret.
      return { reason: error instanceof Error ? error.name : 'failed', hopeless: true, retryAfterMs: 0 };
    }
  }
}
