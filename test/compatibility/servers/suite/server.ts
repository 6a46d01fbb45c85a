// What the suite has to know of a server. Its files are those that its user would write: `projects/<folder>`, a workspace.
import { existsSync } from 'node:fs';
import path from 'node:path';

export const SUITE: string = path.resolve(import.meta.dirname, '..');

/** A request, and what its response must contain, so that a page of errors does not count as an answer. */
export interface Exchange {
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status?: number;
  /** Default: any body. */
  readonly contains?: string;
}

/** A message over a WebSocket, and what must come back. */
export interface WebSocketExchange {
  readonly path: string;
  readonly send?: string;
  readonly receives: RegExp;
}

export type WorkerCount = 1 | 2;

/** Both variants, in the order in which they run. */
export const WORKER_COUNTS: readonly WorkerCount[] = [1, 2];

export interface Server {
  readonly name: string;
  readonly folder: string;
  /** The package of the folder whose version the table shows. */
  readonly package: string;
  /** Part of the few that run in continuous integration. */
  readonly core?: true;
  /** A program of a package and its arguments, run once before the server. */
  readonly build?: readonly string[];
  /** Where it is started, below its folder: for a project that another package manager has installed. */
  readonly directory?: string;
  /** Program of the package manager that starts it: `yarn respite run`, and `yarn node` without Respite. */
  readonly startedBy?: string;
  /** What follows `respite run`; `{port}` is replaced. Empty for what `npm start` runs. */
  readonly start: readonly string[];
  /** Environment variables of the server; `{port}` is replaced. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The first one is what clients send during restarts. */
  readonly exchanges: readonly [Exchange, ...Exchange[]];
  readonly webSocket?: WebSocketExchange;
  /** What differs between two responses without Respite too. */
  readonly varies?: { readonly headers?: readonly string[]; readonly body?: RegExp };
  /** Requests that Respite counts for each exchange, if not one: a proxy whose target runs in the same process has two. */
  readonly countedEach?: number;
  /** For the table: what a user must know, or what is not tested and why. */
  readonly note?: string;
  /** What is known not to work, with the reason. The suite fails when it works after all. */
  readonly fails?: { readonly workers: readonly WorkerCount[]; readonly because: string };
}

export function folderOf({ folder }: Pick<Server, 'folder'>): string {
  return path.join(SUITE, 'projects', folder);
}

/** Where it is started. */
export function directoryOf(server: Pick<Server, 'folder' | 'directory'>): string {
  return path.join(folderOf(server), server.directory ?? '');
}

/** The file of a program of a package, from the nearest `node_modules/.bin` upwards. */
export function program(folder: string, name: string): string {
  const file = path.join(folder, 'node_modules/.bin', name);
  if (existsSync(file)) return file;
  if (folder === SUITE) throw new Error(`no package has a program ${name}`);
  return program(path.dirname(folder), name);
}
