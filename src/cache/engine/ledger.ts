// Counts how requests end, and tells those who listen.
import type { CacheRequest } from '../policy/request.ts';
import type { Answer } from './answer.ts';
import { hearsRequests, publishRequest } from './events.ts';
import type { CacheCounters } from './statistics.ts';

export class Ledger {
  readonly #cache: string;
  readonly #counters: CacheCounters;

  constructor(cache: string, counters: CacheCounters) {
    this.#cache = cache;
    this.#counters = counters;
  }

  answered(request: CacheRequest, answer: Answer): void {
    const { result, status, cacheStatus, body } = answer;
    this.#counters.requests[result] += 1;
    if (body instanceof Uint8Array) this.#counters.servedBytes += body.byteLength;
    if (!hearsRequests()) return;
    const { method, url } = request;
    publishRequest({ cache: this.#cache, method, url, result, status, cacheStatus, error: undefined });
  }

  /** For answers that have to be waited for. */
  async follow(request: CacheRequest, promise: Promise<Answer>): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await promise;
    } catch (error) {
      this.#failed(request, error);
      throw error;
    }
    this.answered(request, answer);
    return answer;
  }

  #failed({ method, url }: CacheRequest, error: unknown): void {
    this.#counters.requests.failed += 1;
    if (!hearsRequests()) return;
    const nothing = { status: undefined, cacheStatus: undefined };
    publishRequest({ cache: this.#cache, method, url, result: 'failed', ...nothing, error });
  }
}
