// An origin that answers 503 for a while, and callers who don't stop calling: what reaches it meanwhile, and how soon they are served again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryStore } from '../../src/cache/index.ts';
import { type MemoryOrigin, memoryOrigin, turns } from '../harness/memory-origin.ts';
import { histories } from '../harness/histories.ts';

interface Plan {
  readonly urls: number;
  readonly callersOfEach: number;
  /** The URLs that are stored when the outage begins; the origin says what they may be used for. */
  readonly storedBefore: number;
  readonly cacheControl: string;
  readonly retryAfter: string | undefined;
  /** How long the origin takes to answer, in ms: a multiple of `stepMs`. */
  readonly answersAfterMs: number;
  /** All callers call again after that time. */
  readonly stepMs: number;
}

const DOWN_MS = 5000;

/** An origin and its callers, in simulated time. */
class Outage {
  readonly #plan: Plan;
  readonly #origin: MemoryOrigin;
  readonly #answers: { readonly dueAt: number; readonly send: () => void }[] = [];
  /** When requests have reached the origin. */
  readonly arrivals: number[] = [];
  now = 1_000_000_000;
  isDown = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    const now = (): number => this.now;
    this.#origin = memoryOrigin(() => this.#answer(), { now, store: memoryStore({ now }) });
  }

  async prepare(): Promise<void> {
    const { storedBefore, answersAfterMs } = this.#plan;
    const stored = Array.from({ length: storedBefore }, (_, url) => this.#origin.get(urlOf(url)));
    await turns();
    await this.#pass(answersAfterMs);
    await Promise.all(stored);
    // What was stored is stale.
    await this.#pass(2000);
  }

  /** Everybody calls, again and again; gives the share of the calls that began in each step and were served. */
  async call(forMs: number): Promise<readonly number[]> {
    const { urls, callersOfEach, stepMs } = this.#plan;
    const shares: number[] = [];
    for (let passed = 0; passed < forMs; passed += stepMs) {
      const step = shares.push(0) - 1;
      for (let caller = 0; caller < callersOfEach; caller += 1)
        for (let url = 0; url < urls; url += 1)
          this.#origin.cache.fetch(urlOf(url)).then(
            ({ status }) => {
              if (status === 200) shares[step] = (shares[step] ?? 0) + 1 / (urls * callersOfEach);
            },
            () => {},
          );
      await turns();
      await this.#pass(stepMs);
    }
    return shares;
  }

  /** Until nothing waits for the origin. */
  async settle(): Promise<void> {
    while (this.#answers.length > 0) await this.#pass(this.#plan.stepMs);
  }

  #answer(): Promise<Response> {
    const { cacheControl, retryAfter, answersAfterMs } = this.#plan;
    this.arrivals.push(this.now);
    const response = this.isDown
      ? new Response('', {
          status: 503,
          headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
        })
      : new Response('value', { headers: { 'cache-control': cacheControl, etag: '"1"' } });
    if (answersAfterMs === 0) return Promise.resolve(response);
    return new Promise((resolve) => {
      const send = (): void => {
        resolve(response);
      };
      this.#answers.push({ dueAt: this.now + answersAfterMs, send });
    });
  }

  async #pass(ms: number): Promise<void> {
    this.now += ms;
    for (const answer of this.#answers.splice(0))
      if (answer.dueAt <= this.now) answer.send();
      else this.#answers.push(answer);
    await turns();
  }
}

function urlOf(i: number): string {
  return `http://o.example/${i}`;
}

async function expectToHold(plan: Plan): Promise<void> {
  const outage = new Outage(plan);
  await outage.prepare();
  outage.isDown = true;
  const downAt = outage.now;
  await outage.call(DOWN_MS);
  outage.isDown = false;
  const upAt = outage.now;
  const after = await outage.call(4000);
  await outage.settle();
  const meanwhile = outage.arrivals.filter((at) => at >= downAt && at < upAt);
  // What was sent before three requests had failed is no probe.
  const knownAt = (meanwhile[2] ?? downAt) + plan.answersAfterMs;
  const probes = meanwhile.filter((at) => at > knownAt);
  for (const [i, at] of probes.entries())
    assert.ok(
      i === 0 || at - (probes[i - 1] ?? 0) >= 1000,
      `probes at ${probes.map((each) => each - downAt).join(', ')} ms`,
    );
  // What has been answered with Retry-After is not asked for again before, if it can be served stale meanwhile.
  if (plan.retryAfter !== '30') assert.ok(probes.length >= 3, `${probes.length} probes in ${DOWN_MS} ms`);
  for (const share of after.slice(2000 / plan.stepMs))
    assert.ok(share >= 0.95, `served after the end of the outage, by step: ${after.join(', ')}`);
}

for (const [name, storedBefore, cacheControl] of [
  ['that were never stored', 0, 'max-age=600'],
  ['that must be revalidated', 500, 'max-age=1, must-revalidate'],
  ['of which half can be served stale', 250, 'max-age=1, stale-if-error=3'],
] as const) {
  test(`callers of 500 URLs ${name} probe an origin that answers 503 once a second, and are served 2 s after its return`, async () => {
    const times = { answersAfterMs: 0, stepMs: 500, retryAfter: undefined };
    await expectToHold({ urls: 500, callersOfEach: 2, storedBefore, cacheControl, ...times });
  });
}

test('neither how long the origin takes, nor what it says of when to come again, makes it more than one probe a second', async () => {
  const plans = fc.record<Plan>({
    urls: fc.integer({ min: 4, max: 20 }),
    callersOfEach: fc.integer({ min: 1, max: 3 }),
    storedBefore: fc.integer({ min: 0, max: 20 }),
    cacheControl: fc.constantFrom('max-age=1', 'max-age=1, must-revalidate', 'max-age=600', 'no-cache'),
    retryAfter: fc.constantFrom(undefined, '1', '30'),
    answersAfterMs: fc.constantFrom(0, 50, 300, 700),
    stepMs: fc.constant(50),
  });
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      // At least three URLs are asked for that have to come from the origin.
      await expectToHold({ ...plan, storedBefore: Math.min(plan.storedBefore, plan.urls - 3) });
    }),
    { numRuns: histories(20) },
  );
});
