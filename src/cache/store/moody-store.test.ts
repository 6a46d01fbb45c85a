// A store that fails or hangs when it is told to, and time that passes when it is told to.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { CacheStore } from './contract.ts';
import { isCircuitOpen } from './circuit-breaker.ts';
import { guarded } from './guard.ts';
import { memoryStore } from './memory.ts';

type Mode = 'works' | 'fails' | 'hangs';

/** A store that works, fails or hangs, and remembers what it was told. */
export class Moody implements CacheStore {
  mode: Mode = 'works';
  readonly told: string[] = [];
  readonly #memory = memoryStore();

  #do<T>(what: string, run: () => T): Promise<T> {
    if (this.mode === 'hangs') return new Promise(() => {});
    if (this.mode === 'fails') return Promise.reject(new Error('no connection'));
    this.told.push(what);
    return Promise.resolve().then(run);
  }

  get = (key: string) => this.#do(`get ${key}`, () => this.#memory.get(key));
  put = (...args: Parameters<CacheStore['put']>) => this.#do('put', () => this.#memory.put(...args));
  update = (...args: Parameters<CacheStore['update']>) =>
    this.#do('update', () => this.#memory.update(...args));
  invalidate = (key: string) => this.#do(`invalidate ${key}`, () => this.#memory.invalidate(key, 1));
  delete = (key: string) => this.#do(`delete ${key}`, () => this.#memory.delete(key));
  epoch = () => this.#do('epoch', () => this.#memory.epoch());
  invalidateTags = (tags: readonly string[]) =>
    this.#do(`tags ${tags.join()}`, () => this.#memory.invalidateTags(tags));
  flush = () => this.#do('flush', () => this.#memory.flush());
  close(): void {
    this.told.push('close');
  }
}

/** A guarded store, and time that passes when it is told to. */
export function scene(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const store = new Moody();
  const guard = guarded(store, { timeoutMs: 50, random: () => 0.5 });
  /** One millisecond after the other, with all that comes of it. */
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 1) {
      t.mock.timers.tick(1);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  };
  return { store, guard, pass };
}

export const isClosed = async (guard: CacheStore): Promise<boolean> => {
  try {
    await guard.get('probe');
    return true;
  } catch (error) {
    assert.ok(isCircuitOpen(error));
    return false;
  }
};
