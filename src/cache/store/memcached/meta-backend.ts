// The operations of a store in memcached's meta protocol, version 1.6 or later.
import { RespiteError } from '../../../core/errors.ts';
import type { Backend, BackendValue } from '../remote/backend.ts';
import type { Connection } from './connection.ts';
import { lifetimeSeconds } from './lifetime.ts';
import type { Reply } from './reply-parser.ts';

export class MetaBackend implements Backend {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async read(key: string): Promise<BackendValue | undefined> {
    const reply = await this.#connection.send(`mg ${key} v c\r\n`);
    return reply.code === 'EN' ? undefined : held(reply);
  }

  /** memcached's own way of leasing: what is not there is made, empty, in the same step. */
  async lease(key: string, ttlMs: number): Promise<BackendValue> {
    return held(await this.#connection.send(`mg ${key} v c N${lifetimeSeconds(ttlMs)}\r\n`));
  }

  async add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return isStored(await this.#set(key, bytes, ttlMs, 'ME'));
  }

  async replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return isStored(await this.#set(key, bytes, ttlMs, `C${token}`));
  }

  /** memcached can't do it; it is told to change nothing unless that is still what was read. */
  async splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean> {
    const before = await this.read(key);
    if (before?.token !== token) return false;
    return this.replace(key, token, Buffer.concat([start, before.bytes.subarray(length)]), ttlMs);
  }

  async remove(key: string): Promise<void> {
    const reply = await this.#connection.send(`md ${key}\r\n`);
    if (reply.code !== 'HD' && reply.code !== 'NF') throw refused(reply);
  }

  close(): void {
    this.#connection.close();
  }

  #set(key: string, bytes: Buffer, ttlMs: number, flag: string): Promise<Reply> {
    const command = `ms ${key} ${bytes.byteLength} T${lifetimeSeconds(ttlMs)} ${flag}\r\n`;
    return this.#connection.send(command, bytes);
  }
}

function held(reply: Reply): BackendValue {
  const token = /(?:^| )c(\d+)/.exec(reply.rest)?.[1];
  if (reply.value === undefined || token === undefined) throw refused(reply);
  return { token, bytes: reply.value };
}

function isStored(reply: Reply): boolean {
  switch (reply.code) {
    case 'HD':
      return true;
    // Another process was faster; it has gone meanwhile.
    case 'NS':
    case 'EX':
    case 'NF':
      return false;
    case 'SERVER_ERROR':
      // Larger than it takes, or no room for that size. It forgets what was there.
      if (/too large|out of memory/.test(reply.rest)) return false;
      throw refused(reply);
    default:
      throw refused(reply);
  }
}

function refused({ code, rest }: Reply): RespiteError {
  return new RespiteError('RESPITE_CACHE_PROTOCOL', `memcached answered ${code} ${rest}`);
}
