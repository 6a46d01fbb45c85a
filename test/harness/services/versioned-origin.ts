// An origin whose resources have a version, which each write raises; and users who notice when they get an older one than they may.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cache } from '../../../src/cache/index.ts';
import type { Cleanup } from './service.ts';

/** Answers GET with the version of a path, fresh for an hour, and raises it by POST. */
export class VersionedOrigin {
  readonly #server: Server;
  readonly #versions = new Map<string, number>();
  asked = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const { method, url = '' } = request;
      request.resume();
      const version = this.version(url) + (method === 'POST' ? 1 : 0);
      this.#versions.set(url, version);
      if (method === 'GET') this.asked += 1;
      const tag = `tag-${url}`;
      response.writeHead(200, { 'cache-control': 'max-age=3600', 'cache-tag': tag, etag: `"${version}"` });
      response.end(`${version} ${'x'.repeat(1000)}`);
    });
  }

  static async start(t: Cleanup): Promise<VersionedOrigin> {
    const origin = new VersionedOrigin();
    origin.#server.listen(0, '127.0.0.1');
    await once(origin.#server, 'listening');
    t.after(async () => {
      origin.#server.closeAllConnections();
      origin.#server.close();
      await once(origin.#server, 'close');
    });
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  version(path: string): number {
    return this.#versions.get(path) ?? 1;
  }

  /** Changes it behind the cache's back. */
  change(path: string): void {
    this.#versions.set(path, this.version(path) + 1);
  }
}

/** What a user has seen. */
export interface Seen {
  readonly at: number;
  readonly tookMs: number;
  readonly isHit: boolean;
}

/** Users who read and write until they are told to stop. A failed request, or an answer from before a write, fails them. */
export class Users {
  readonly seen: Seen[] = [];
  readonly #cache: Cache;
  readonly #origin: VersionedOrigin;
  /** Versions whose writers have had their answer: nobody who asks from then on may get an older one. */
  readonly #written = new Map<string, number>();
  #isStopped = false;
  readonly #running: Promise<void>[];

  constructor(cache: Cache, origin: VersionedOrigin, count: number) {
    this.#cache = cache;
    this.#origin = origin;
    this.#running = Array.from({ length: count }, (_, i) => this.#run(i));
    // Looked at when they are stopped.
    for (const user of this.#running) user.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  /** All that was asked for since a time of `performance.now`. */
  since(from: number): readonly Seen[] {
    return this.seen.filter(({ at }) => at >= from);
  }

  async #run(user: number): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn += 1) {
      const path = `/${(turn * 7 + user) % 20}`;
      const url = this.#origin.url + path;
      const least = this.#written.get(path) ?? 1;
      const at = performance.now();
      if (turn % 17 === 5) {
        const written = await this.#cache.fetch(url, { method: 'POST', body: 'x' });
        const version = Number.parseInt(await written.text(), 10);
        assert.equal(written.status, 200);
        this.#written.set(path, Math.max(version, this.#written.get(path) ?? 1));
      } else {
        const response = await this.#cache.fetch(url);
        const text = await response.text();
        assert.equal(response.status, 200);
        assert.equal(text.length, String(Number.parseInt(text, 10)).length + 1001, 'the whole body');
        assert.ok(Number.parseInt(text, 10) >= least, `${path} in a version before ${least}`);
        const isHit = response.headers.get('cache-status')?.includes('; hit') === true;
        this.seen.push({ at, tookMs: performance.now() - at, isHit });
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
  }
}
