// What is loaded into which process, found by following imports from where each begins. No folder is exempt.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LOADED } from '../../scripts/loaded.ts';
import { chainTo, loadedBy } from './graph.ts';
import { folderOf, isTest, repository, sourceImports, sourceLengths } from './sources.ts';

interface PackageFile {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const packageFile = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as PackageFile;
const sourceOf = (built: string): string => built.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts');

/** Only configuration files import it, and the supervisor loads those. */
const FOR_CONFIGURATION = './config';

const targetOf = (name: string): string => {
  const target = packageFile.exports[name];
  return typeof target === 'object' ? target.default : '';
};
const EXPORTED = Object.keys(packageFile.exports)
  .filter((name) => name !== FOR_CONFIGURATION && name !== './package.json')
  .map((name) => sourceOf(targetOf(name)));

/**
 * Files that are started or required by a path that is put together at run time, so that no import shows it, by the file that
 * does so.
 */
const BY_PATH: Readonly<Record<string, readonly string[]>> = {
  // A package: find-my-way.
  'admission/classify/router.ts': [],
  'cli/checks/checks-process.ts': ['cli/checks/main.ts'],
  // The user's configuration file.
  'cli/config/read.ts': [],
  'cli/worker-settings/load-again.ts': ['cli/worker-settings/main.ts'],
  'load/against/duet/load-both.ts': ['load/against/duet/thread.ts'],
  'load/threads.ts': ['load/generator/thread.ts'],
  'load/tune/server/respite-target.ts': ['load/tune/server/backlog.ts', 'load/tune/server/overlay.ts'],
  'management/console/files.ts': ['management/console/browser/main.ts'],
  // Looks into the cache of modules and loads nothing.
  'outbound/undici/find-copies.ts': [],
  'supervisor/instance/drill/drills.ts': ['worker/drill/bad-version.ts'],
  'supervisor/instance/start-supervisor.ts': ['supervisor/instance/supervisor.ts'],
  'supervisor/outage/fallback-responder.ts': ['supervisor/outage/main.ts'],
  'supervisor/workers/process/spawn-worker.ts': ['worker/preload.ts'],
  'worker/late-figures.ts': ['worker/runtime-figures.ts'],
  'worker/on-demand.ts': [
    'worker/drill/index.ts',
    'worker/outbound-policies.ts',
    'worker/script-metrics/index.ts',
    'worker/shape/index.ts',
    'worker/slow-clients.ts',
  ],
  'worker/preload.ts': ['worker/start.ts'],
  // Looks into the cache of modules and loads nothing.
  'worker/script-metrics/find-registries.ts': [],
  'worker/watchdog/watched.ts': ['worker/watchdog/thread.ts'],
};

/** A path that no parser can follow: a template, or whatever is no literal. */
const LOADS_BY_PATH = /\bcreateRequire\(import|\bown(?:File|Module|Script)\(\s*['`]|\bimport\(\s*[^'"\s]/;

/** The program and the preload are alone in their files, and load as little as they can. */
const KNOWS_ITS_PLACE: readonly string[] = ['cli/bin.ts', 'core/own-files.ts', 'worker/preload.ts'];

const WORKER = Object.values(BY_PATH)
  .flat()
  .filter((file) => folderOf(file) === 'worker');
const ELSEWHERE = [
  ...Object.values(packageFile.bin).map(sourceOf),
  sourceOf(targetOf(FOR_CONFIGURATION)),
  ...Object.values(BY_PATH).flat(),
];

/** Packages that may be loaded into the user's process. Each costs every user memory and start time: see docs/design. */
const LOADED_IN_THE_USERS_PROCESS = ['find-my-way'];

const imports = await sourceImports();
const files = [...(await sourceLengths()).keys()];
const inTheUsersProcess = loadedBy([...EXPORTED, ...WORKER], imports);
const read = (file: string): string => readFileSync(path.join(repository, 'src', file), 'utf8');
const isPackage = (specifier: string): boolean =>
  !specifier.endsWith('.ts') && !specifier.startsWith('node:');

test('every process begins in files that exist', () => {
  assert.deepEqual(
    [...EXPORTED, ...ELSEWHERE].filter((entry) => !files.includes(entry)),
    [],
  );
});

test('every file that loads others by a path of its own making is known, and names what it loads', () => {
  const sources = files.filter((file) => file.endsWith('.ts') && !isTest(file));
  const found = sources.filter((file) => LOADS_BY_PATH.test(read(file)));
  assert.deepEqual(found.toSorted(), Object.keys(BY_PATH));
  for (const [by, loaded] of Object.entries(BY_PATH)) {
    for (const file of loaded) assert.match(read(by), new RegExp(`\\b${path.basename(file, '.ts')}\\b`), by);
  }
});

test('what is loaded by a path has a file in the build, where only a file of its own knows its place', () => {
  const started = Object.values(BY_PATH).flat();
  const built = [...Object.values(packageFile.bin).map(sourceOf), ...started].map((file) =>
    file.replace(/\.ts$/, ''),
  );
  assert.deepEqual(built.filter((file) => !file.includes('/browser/')).toSorted(), [...LOADED]);
  const telling = files.filter(
    (file) => file.endsWith('.ts') && !isTest(file) && /(?<!createRequire\()import\.meta/.test(read(file)),
  );
  assert.deepEqual(telling.toSorted(), KNOWS_ITS_PLACE);
});

test('every source file is loaded somewhere', () => {
  const loaded = loadedBy([...EXPORTED, ...ELSEWHERE], imports);
  // A file that has nothing but types is named, and loaded by none.
  const named = new Set(imports.filter(({ from }) => !isTest(from)).map(({ to }) => to));
  assert.deepEqual(
    files.filter((file) => file.endsWith('.ts') && !isTest(file) && !loaded.has(file) && !named.has(file)),
    [],
  );
});

test('nothing heavy is loaded into the user’s process', () => {
  const packages = [...inTheUsersProcess.keys()].filter(isPackage);
  assert.deepEqual(
    packages
      .filter((name) => !LOADED_IN_THE_USERS_PROCESS.includes(name))
      .map((name) => chainTo(name, inTheUsersProcess)),
    [],
  );
  assert.deepEqual(packages.toSorted(), LOADED_IN_THE_USERS_PROCESS);
});

test('a worker loads no package before it needs one', () => {
  const loaded = loadedBy(WORKER, imports);
  assert.deepEqual(
    [...loaded.keys()].filter(isPackage).map((name) => chainTo(name, loaded)),
    [],
  );
});

test('the supervisor’s process loads no WebCrypto, as an import of node:crypto by name would', () => {
  const own = files.filter((file) => /^(?:cli|management|supervisor|worker)\/.*(?<!\.test)\.ts$/.test(file));
  assert.ok(own.length > 100);
  assert.deepEqual(
    own.filter((file) => /^import (?!type)[^;]*from 'node:crypto'/m.test(read(file))),
    [],
  );
});

test('the supervisor and the console’s server are not loaded into the user’s process', () => {
  const wrong = [...inTheUsersProcess.keys()].filter((file) => /^(?:cli|management|supervisor)\//.test(file));
  assert.deepEqual(
    wrong.map((file) => chainTo(file, inTheUsersProcess)),
    [],
  );
});

test('OpenTelemetry is the user’s: not even its types are imported', () => {
  assert.deepEqual(
    imports.filter(({ to }) => to.startsWith('@opentelemetry/')),
    [],
  );
});
