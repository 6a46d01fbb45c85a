// The example of docs/guide/cache-stores.md: the processes of one machine share a file.
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Backend, BackendValue } from '../../src/cache/index.ts';

interface Row {
  readonly token: string;
  readonly bytes: Uint8Array;
}

export class SqliteBackend implements Backend {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 1000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS stored (key TEXT PRIMARY KEY, token TEXT, bytes BLOB, until INTEGER) WITHOUT ROWID`);
  }

  async read(key: string): Promise<BackendValue | undefined> {
    const row = this.#database
      .prepare('SELECT token, bytes FROM stored WHERE key = ? AND until > ?')
      .get(key, Date.now()) as Row | undefined;
    return row && { token: row.token, bytes: Buffer.from(row.bytes) };
  }

  async lease(key: string, ttlMs: number): Promise<BackendValue> {
    for (;;) {
      const value = await this.read(key);
      if (value !== undefined) return value;
      await this.add(key, Buffer.alloc(0), ttlMs);
    }
  }

  async add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    return this.#changes(
      `INSERT INTO stored (key, token, bytes, until) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
       SET token = excluded.token, bytes = excluded.bytes, until = excluded.until WHERE until <= ?`,
      key,
      randomUUID(),
      bytes,
      now + ttlMs,
      now,
    );
  }

  async replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    return this.#changes(
      'UPDATE stored SET token = ?, bytes = ?, until = ? WHERE key = ? AND token = ? AND until > ?',
      randomUUID(),
      bytes,
      now + ttlMs,
      key,
      token,
      now,
    );
  }

  async splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    return this.#changes(
      `UPDATE stored SET token = ?, bytes = CAST(? || substr(bytes, ?) AS BLOB), until = ?
       WHERE key = ? AND token = ? AND until > ?`,
      randomUUID(),
      start,
      length + 1,
      now + ttlMs,
      key,
      token,
      now,
    );
  }

  async remove(key: string): Promise<void> {
    this.#changes('DELETE FROM stored WHERE key = ?', key);
  }

  close(): void {
    this.#database.close();
  }

  #changes(sql: string, ...values: (string | number | Uint8Array)[]): boolean {
    return Number(this.#database.prepare(sql).run(...values).changes) > 0;
  }
}
