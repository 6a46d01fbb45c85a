// The stages of a run: their files, what runs in one process, and on which versions of Node.js.
import { globSync } from 'node:fs';
import path from 'node:path';
import type { NodeVersion } from '../../test/harness/nodes.ts';
import type { Load } from './job.ts';

export const repository: string = path.resolve(import.meta.dirname, '../..');

/** Files that run in one process: for tests that share nothing, and that take less time than a process takes to start. */
export interface Group {
  readonly name: string;
  readonly files: readonly string[];
  /** Files that need a process of their own. */
  readonly except?: readonly string[];
}

export interface Stage {
  readonly name: string;
  readonly files: readonly string[];
  /** Files in no group are a process each. */
  readonly groups: readonly Group[];
  readonly hasProperties: boolean;
  /** Versions of Node.js that run it, besides the one that runs this. */
  readonly versions: readonly NodeVersion[];
  readonly load: Load;
}

/** Versions that the engines field promises besides the one that runs this. */
export const OLDER: readonly NodeVersion[] = [22.18, 24];

/** Share of the random histories and simulations that run on these, see `test/harness/histories.ts`. */
export const OLDER_SHARE = 0.2;

/**
 * The contract stage runs on three versions of Node.js, and most of its files took less time than the start of their process. A
 * web framework replaces the global `Response`, and a client the global `fetch`, so those tests are not beside others.
 */
const CONTRACT_GROUPS: readonly Group[] = [
  {
    name: 'contract, cache',
    files: [
      'test/contract/cache-*.test.ts',
      'test/contract/conditional.test.ts',
      'test/contract/memcached-connection.test.ts',
    ],
    except: [
      'test/contract/cache-fuzz.test.ts',
      'test/contract/cache-memory.test.ts',
      'test/contract/cache-outage.test.ts',
    ],
  },
  {
    name: 'contract, servers',
    files: [
      'test/contract/adapters.test.ts',
      'test/contract/channel.test.ts',
      'test/contract/guarded-connections.test.ts',
      'test/contract/killed-clients.test.ts',
      'test/contract/protect.test.ts',
      'test/contract/response-cache*.test.ts',
      'test/contract/trace-context.test.ts',
    ],
  },
  {
    name: 'contract, outbound',
    files: ['test/contract/outbound-*.test.ts'],
    // It asserts that the global fetch is the one of before.
    except: ['test/contract/outbound-policies.test.ts'],
  },
];

export const STAGES: readonly Stage[] = [
  {
    name: 'structure',
    files: ['test/structure/**/*.test.ts'],
    groups: [{ name: 'structure', files: ['test/structure/**/*.test.ts'] }],
    hasProperties: false,
    versions: [],
    load: 'computes',
  },
  {
    name: 'package',
    files: ['test/package/**/*.test.ts'],
    groups: [],
    hasProperties: false,
    versions: [],
    load: 'computes',
  },
  {
    name: 'unit',
    files: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    groups: [{ name: 'unit', files: ['src/**/*.test.ts', 'scripts/**/*.test.ts'] }],
    hasProperties: true,
    versions: OLDER,
    load: 'computes',
  },
  {
    name: 'simulator',
    files: ['test/simulator/**/*.test.ts'],
    groups: [],
    hasProperties: true,
    versions: [],
    load: 'computes',
  },
  {
    name: 'conformance',
    files: ['test/conformance/**/*.test.ts'],
    groups: [{ name: 'conformance', files: ['test/conformance/**/*.test.ts'] }],
    hasProperties: false,
    versions: OLDER,
    load: 'computes',
  },
  {
    name: 'contract',
    files: ['test/contract/**/*.test.ts'],
    groups: CONTRACT_GROUPS,
    hasProperties: true,
    versions: OLDER,
    load: 'waits',
  },
  {
    name: 'process',
    files: ['test/process/**/*.test.ts'],
    groups: [],
    hasProperties: false,
    versions: [],
    load: 'waits',
  },
  {
    name: 'services',
    files: ['test/services/**/*.test.ts'],
    groups: [],
    hasProperties: false,
    versions: [],
    load: 'waits',
  },
  {
    name: 'examples',
    files: ['examples/test/*.test.ts', 'examples/mailbox/test/*.test.ts'],
    groups: [],
    hasProperties: false,
    versions: [],
    load: 'waits',
  },
  {
    name: 'browser',
    files: ['test/browser/**/*.test.ts'],
    groups: [],
    hasProperties: false,
    versions: [],
    load: 'waits',
  },
];

export function filesOf({ files }: Stage): string[] {
  return globSync([...files], { cwd: repository }).toSorted();
}

export function membersOf({ files, except = [] }: Group, all: readonly string[]): string[] {
  return all.filter(
    (file) => !except.includes(file) && files.some((pattern) => path.matchesGlob(file, pattern)),
  );
}
