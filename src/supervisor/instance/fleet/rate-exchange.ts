import type { TenantRates } from '../../../worker/index.ts';
import { runWith, type RunCommand } from './client.ts';
import { EXCHANGE, REDIS_CLOCK } from './exchange-script.ts';
import type { RedisClient } from './options.ts';

/** What tenants ask of a fleet. */
export interface FleetRates {
  /** Rates of the keys that this instance sent, summed over all instances. */
  readonly rates: TenantRates;
  /** Instances that have told theirs lately. */
  readonly instances: number;
}

/** An answer that comes later is not used, in ms. */
const TIMEOUT_MS = 400;

/** While a question has no answer, none is asked for this long, in ms: a client that waits for its server would collect them. */
const PATIENCE_MS = 10_000;

/** Instances that were not heard of for this long are no part of the fleet any more, in ms. */
const LEASE_MS = 3000;

/** Rates travel as whole numbers, in thousandths. */
const UNITS = 1000;

/** A fleet's knowledge of its tenants, as seen by one of its instances. */
export class RateExchange {
  readonly #run: RunCommand;
  readonly #id: string;
  readonly #key: string;
  readonly #script: string;
  readonly #nowMs: () => number;
  /** When the question was asked that has no answer yet. */
  #askedMs: number | undefined;

  /**
   * @param id Of this instance, unlike all others, without a space.
   * @param clock Lua that sets `now`.
   */
  constructor(
    { client, name }: { readonly client: RedisClient; readonly name: string },
    id: string,
    nowMs: () => number = () => performance.now(),
    clock: string = REDIS_CLOCK,
  ) {
    this.#run = runWith(client);
    this.#id = id;
    this.#key = `respite:fleet:{${name}}:tenants`;
    this.#script = clock + EXCHANGE;
    this.#nowMs = nowMs;
  }

  /** Tells the rates of this instance and learns those of all. Undefined when there was no answer in time. Never rejects. */
  async exchange(rates: TenantRates): Promise<FleetRates | undefined> {
    const nowMs = this.#nowMs();
    if (this.#askedMs !== undefined && nowMs - this.#askedMs < PATIENCE_MS) return undefined;
    this.#askedMs = nowMs;
    const told = rates.flatMap(([key, perSecond]) => [key, String(Math.round(perSecond * UNITS))]);
    const command = ['EVAL', this.#script, '1', this.#key, this.#id, String(LEASE_MS), ...told];
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    const answered = this.#ask(command, nowMs);
    const answer = await Promise.race([late, answered]);
    clearTimeout(timer);
    return decode(answer, rates);
  }

  /** Undefined for an error. */
  async #ask(command: readonly string[], askedMs: number): Promise<unknown> {
    try {
      return await this.#run(command);
    } catch {
      return undefined;
    } finally {
      if (this.#askedMs === askedMs) this.#askedMs = undefined;
    }
  }
}

/** The server may be any, and another program may write to it. */
function decode(answer: unknown, told: TenantRates): FleetRates | undefined {
  if (!Array.isArray(answer) || answer.length !== told.length + 1) return undefined;
  const numbers = answer.map(Number);
  if (!numbers.every((each) => Number.isFinite(each) && each >= 0)) return undefined;
  const [instances = 0, ...sums] = numbers;
  return { instances, rates: told.map(([key], i) => [key, (sums[i] ?? 0) / UNITS]) };
}
