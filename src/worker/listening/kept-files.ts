// Many scripts remove the file of their Unix socket before they listen, or when they end. A worker's socket is also that of the workers
// beside it and after it: without its file no client would find them.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoundAddress, SocketKey } from '../protocol.ts';

type Removing = Pick<typeof fs, 'unlinkSync' | 'rmSync' | 'unlink' | 'rm'> & {
  readonly promises: Pick<typeof fs.promises, 'unlink' | 'rm'>;
};

/** Files that this process does not remove while the supervisor holds their sockets. For the script they are removed. */
export class KeptFiles {
  readonly #fs: Removing;
  readonly #sockets = new Map<SocketKey, string>();
  #isInstalled = false;

  /** @param removing Node.js's module, whose methods are replaced when there is a file to keep. */
  constructor(removing: Removing = fs) {
    this.#fs = removing;
  }

  /** A socket that is held; one without a file is passed over. */
  keep(key: SocketKey, { address, file }: BoundAddress): void {
    if (file === undefined) return;
    this.#sockets.set(key, address);
    if (!this.#isInstalled) this.#install();
  }

  free(key: SocketKey): void {
    this.#sockets.delete(key);
  }

  #has(file: unknown): boolean {
    if (this.#sockets.size === 0) return false;
    const name = file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : file;
    if (typeof name !== 'string' && !Buffer.isBuffer(name)) return false;
    const removed = path.resolve(String(name));
    return [...this.#sockets.values()].includes(removed);
  }

  #install(): void {
    this.#isInstalled = true;
    for (const name of ['unlinkSync', 'rmSync'] as const) this.#replace(this.#fs, name, () => undefined);
    for (const name of ['unlink', 'rm'] as const) {
      this.#replace(this.#fs, name, (...args) => {
        const callback = args.at(-1);
        if (typeof callback === 'function') process.nextTick(callback, null);
      });
      this.#replace(this.#fs.promises, name, async () => {});
    }
    // For those who import them by name.
    syncBuiltinESMExports();
  }

  /** @param kept What is done in place of the method, for a file that is kept. */
  #replace<Name extends string>(
    owner: Record<Name, unknown>,
    name: Name,
    kept: (...args: unknown[]) => unknown,
  ): void {
    const original = owner[name] as (...args: unknown[]) => unknown;
    const has = (file: unknown): boolean => this.#has(file);
    const replaced = {
      [name](...args: unknown[]): unknown {
        return has(args[0]) ? kept(...args) : Reflect.apply(original, this, args);
      },
    }[name];
    // What others have attached to it: promisify's own version, for example.
    owner[name] = Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  }
}
