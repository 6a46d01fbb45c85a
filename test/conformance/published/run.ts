// The cases of the npm package http-cache-tests (cache-tests.fyi), by which browsers, proxies and CDNs are compared.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import * as config from 'http-cache-tests/client/config.mjs';
import { makeCacheTest, testResults } from 'http-cache-tests/client/test.mjs';
import suites from 'http-cache-tests/tests/index.mjs';
import { COUNT_FIELD, isAboutShared, judgedByRfc9111, type LastAnswer } from './verdicts.ts';

/** A case as the package has it. */
export type PublishedCase = (typeof suites)[number]['tests'][number];

/** What the cases send a request by: as much of `fetch` as they use. */
export type Send = (url: string, init: SentInit) => Promise<Received>;

export type SentInit = config.SentInit;
export type Received = config.Received;

/**
 * How a case ended. `blocked`: nothing can be said, as the cache did not get as far (it did not store what the case is about, or another
 * case on which this one depends failed).
 */
export type Verdict = 'pass' | 'fail' | 'blocked';

export interface CaseResult {
  readonly id: string;
  readonly name: string;
  readonly kind: 'required' | 'optimal' | 'check';
  readonly verdict: Verdict;
  /** By the package's own judgement, where RFC 9111 has another. */
  readonly published: Verdict;
}

/** A cache that is asked. */
export interface Subject {
  /** Sends a request to the origin through the cache. */
  readonly send: Send;
  /** It sees each case at an address of its own: an origin that hangs up in one tells it nothing about the next. */
  readonly apart: boolean;
  readonly mode: Mode;
}

/** For the requests of many users, or of one (RFC 9111, 1). What is right for one kind of cache is wrong for the other in some cases. */
export type Mode = 'shared' | 'private';

/** All cases. */
export const CASES: readonly PublishedCase[] = suites.flatMap(({ tests }) => tests);

/** The cases that are about caches of one mode. */
export function casesFor(mode: Mode): readonly PublishedCase[] {
  return CASES.filter(({ id, browser_only: isPrivate = false }) =>
    mode === 'shared' ? !isPrivate : !isAboutShared(id),
  );
}

/** One run of one case, which the package's client, a module with one state, is told apart by. */
interface Run {
  readonly send: Send;
  /** The last part of the loopback address. */
  readonly address: string;
  last: LastAnswer | undefined;
}

const running = new AsyncLocalStorage<Run>();
let runs = 0;

config.setUseBrowserCache(false);
config.setFetch(async (url, init) => {
  const run = running.getStore();
  if (run === undefined) throw new Error('a request of no case');
  const isOfCase = new URL(url).pathname.startsWith('/test/');
  if (isOfCase) run.last = undefined;
  const response = await run.send(url.replace('127.0.0.1', run.address), withMode(init));
  if (isOfCase) run.last = { count: response.headers.get(COUNT_FIELD) };
  return response;
});

/** What a case asks for. To ask past the cache of a browser, the package sets a mode of `fetch`, and two fields that keep `fetch` from adding its own. */
function withMode({ cache, headers, ...rest }: SentInit = { headers: [] }): SentInit {
  if (cache === undefined || cache === 'no-store') return { ...rest, headers };
  return { ...rest, cache, headers: headers.filter(([name]) => !/^(?:cache-control|pragma)$/i.test(name)) };
}

/** How often a case that is not as expected is run again: on a busy machine the second in which it should happen may have passed. */
const ATTEMPTS = 4;

/** How long the start of a case waits for that of the one before, in ms, so that they don't all want the processor at once. */
const STAGGER_MS = 5;

/**
 * Runs cases through one cache, all of them together: they wait most of the time.
 *
 * @param isExpected Whether a result needs no second attempt.
 * @param isWanted Whether a case is run, of those about the mode of the cache.
 */
export async function runCases(
  port: number,
  subject: Subject,
  isExpected: (result: CaseResult) => boolean,
  isWanted: (published: PublishedCase) => boolean = () => true,
): Promise<readonly CaseResult[]> {
  config.setBaseUrl(`http://127.0.0.1:${port}`);
  const ended = new Map<string, Ended>();
  const all = casesFor(subject.mode).filter(isWanted);
  let cases = all;
  let results: readonly CaseResult[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && cases.length > 0; attempt += 1) {
    for (const each of await startAll(cases, subject)) ended.set(each.published.id, each);
    results = all.map((each) => resultOf(each, ended));
    cases = all.filter((_, i) => {
      const result = results[i];
      return result !== undefined && result.verdict !== 'pass' && !isExpected(result);
    });
  }
  return results;
}

async function startAll(cases: readonly PublishedCase[], subject: Subject): Promise<readonly Ended[]> {
  const started: Promise<Ended>[] = [];
  for (const each of cases) {
    started.push(runCase(each, subject));
    await setTimeout(STAGGER_MS);
  }
  return Promise.all(started);
}

function resultOf(published: PublishedCase, ended: ReadonlyMap<string, Ended>): CaseResult {
  const { id, name, kind = 'required', depends_on: needed = [] } = published;
  const { own = 'fail', last } = ended.get(id) ?? {};
  const isBlocked = needed.some((other) => ended.has(other) && ended.get(other)?.own !== 'pass');
  const verdict = isBlocked ? 'blocked' : own;
  const byRfc = judgedByRfc9111(id, last);
  const result = { id, name, kind, published: verdict, verdict };
  return byRfc === undefined ? result : { ...result, verdict: byRfc ? 'pass' : 'fail' };
}

interface Ended {
  readonly published: PublishedCase;
  readonly own: Verdict;
  readonly last: LastAnswer | undefined;
}

async function runCase(published: PublishedCase, { send, apart }: Subject): Promise<Ended> {
  runs += 1;
  const id = `${published.id} ${runs}`;
  const address = apart ? `127.${1 + (runs >> 16)}.${(runs >> 8) & 255}.${runs & 255}` : '127.0.0.1';
  const run: Run = { send, address, last: undefined };
  // The package writes into the requests of a case.
  await running.run(run, () => makeCacheTest({ ...structuredClone(published), id }));
  const result = testResults[id];
  delete testResults[id];
  const own = result === true ? 'pass' : result?.[0] === 'Setup' ? 'blocked' : 'fail';
  return { published, own, last: run.last };
}
