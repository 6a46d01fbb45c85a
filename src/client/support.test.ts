// An origin for tests of the client, without a network or time.
import { type Client, createClient } from './client.ts';
import type { ClientOptions } from './options.ts';
import type { Fetch } from './request.ts';

/** What one attempt is answered: a status, a response, an error that is thrown, or nothing until it is aborted. */
export type Answer = number | Response | Error | 'hang';

/** An attempt as the origin sees it. */
export interface Seen {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface FakeOrigin {
  readonly client: Client;
  readonly seen: readonly Seen[];
  /** The time of the client. */
  clock: { nowMs: number };
}

export const ORIGIN = 'http://mailbox.internal';

/** A client whose attempts are answered in this order, and from the last answer on with that one. It never waits. */
export function fakeOrigin(answers: readonly Answer[], options: ClientOptions = {}): FakeOrigin {
  const seen: Seen[] = [];
  const clock = { nowMs: 1000 };
  const send: Fetch = async (input, init) => {
    const request = new Request(input, { ...init, signal: null });
    const answer = answers[Math.min(seen.length, answers.length - 1)] ?? 200;
    seen.push({ method: request.method, headers: request.headers, body: await request.text() });
    if (answer instanceof Error) throw answer;
    if (answer !== 'hang')
      return typeof answer === 'number' ? new Response('body', { status: answer }) : answer;
    return await new Promise<Response>((_resolve, reject) => {
      const signal = init?.signal;
      // As the socket of a call would: the client's own timer does not keep the process alive.
      const socket = setInterval(() => {}, 60_000);
      const abort = (): void => {
        clearInterval(socket);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort);
    });
  };
  const client = createClient({ fetch: send, now: () => clock.nowMs, random: () => 0, ...options });
  return { client, seen, clock };
}

export function failed(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}
