import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Log } from '../../supervisor/index.ts';
import { loadConfig } from '../config/load.ts';
import type { RunFlags } from '../settings.ts';
import { WorkerSettingsSource } from './index.ts';
import { loadAgain } from './load-again.ts';
import { temporary } from './support.test.ts';

interface Started {
  readonly source: WorkerSettingsSource;
  readonly first: ReturnType<WorkerSettingsSource['first']>;
  readonly warnings: string[];
  readonly log: Log;
}

async function started(
  dir: string,
  flags: RunFlags = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const source = new WorkerSettingsSource({ flags, nodeArgs: [], directory: dir, environment });
  const first = source.first(await loadConfig(dir, flags.config));
  const warnings: string[] = [];
  const log = { warn: (_: object, line: string) => warnings.push(line) } as unknown as Log;
  return { source, first, warnings, log };
}

function write(dir: string, name: string, text: string): void {
  writeFileSync(path.join(dir, name), text);
}

const CONFIG = (limit: number, workers: number): string =>
  JSON.stringify({ admission: { limit }, supervisor: { workers, heapMb: 64 } });

test('what concerns workers is read again, all else is named', async (t: TestContext) => {
  const dir = temporary(t, { 'respite.config.json': CONFIG(5, 1), '.env': 'A=1' });
  const { source, first, warnings, log } = await started(dir, {
    nodeArg: ['--env-file=.env', '--no-warnings'],
  });
  assert.deepEqual(first.ofWorkers.env, { A: '1' });
  assert.deepEqual(first.ofWorkers.nodeArgs, ['--no-warnings']);

  write(dir, 'respite.config.json', CONFIG(7, 2));
  write(dir, '.env', 'A=2');
  const { admission, env, heapMb } = await source.again(dir, log);
  assert.deepEqual([admission.limit, heapMb, env], [7, 64, { A: '2' }]);
  assert.deepEqual(warnings, [
    'changed, but not applied by a rolling restart: supervisor.workers. This needs a new start of Respite',
  ]);
});

test('unchanged files give equal settings, also where chance is in them', async (t) => {
  const dir = temporary(t, { 'respite.config.json': CONFIG(5, 1) });
  const { source, first, warnings, log } = await started(dir, { limit: '9' });
  assert.deepEqual(await source.again(dir, log), first.ofWorkers);
  assert.equal(first.ofWorkers.admission.limit, 9, 'a flag wins each time');
  assert.deepEqual(warnings, []);
});

test('without a configuration no process is needed; one that is gone means defaults', async (t) => {
  const dir = temporary(t, { 'respite.config.json': CONFIG(5, 2) });
  const { source, warnings, log } = await started(dir);
  rmSync(path.join(dir, 'respite.config.json'));
  assert.equal((await source.again(dir, log)).admission.limit, 'adaptive');
  assert.match(warnings[0] ?? '', /: supervisor\.workers\. /);
});

test('the configuration and what it imports see the variables of --env-file as they are now', async (t) => {
  const dir = temporary(t, {
    'respite.config.mjs': "export { default } from './limits.mjs';",
    'limits.mjs': 'export default { admission: { limit: 3 } };',
    '.env': 'LIMIT=4\nRESPITE_MANAGEMENT_TOKEN=a',
  });
  const environment = { PATH: process.env['PATH'] };
  const { source, first, warnings, log } = await started(dir, { envFile: ['--env-file=.env'] }, environment);
  assert.equal(first.settings.management.token, 'a');
  write(dir, 'limits.mjs', 'export default { admission: { limit: Number(process.env.LIMIT) } };');
  write(dir, '.env', 'LIMIT=6\nRESPITE_MANAGEMENT_TOKEN=b');
  assert.equal((await source.again(dir, log)).admission.limit, 6);
  assert.match(warnings[0] ?? '', /: RESPITE_MANAGEMENT_TOKEN\. /);
});

test('a configuration that is wrong, that ends its process, and that never settles is refused', async (t) => {
  const dir = temporary(t, { 'respite.config.mjs': 'export default {};' });
  const { source, log } = await started(dir);
  for (const [text, message] of [
    ['export default { admission: { limit: 0 } };', /^respite\.config\.mjs: admission\.limit must be /],
    ['throw new Error("no");', /^cannot load \/.*: Error: no$/],
    ['process.exit(3);', 'cannot load the configuration: its process ended with exit code 3'],
    ['await new Promise(() => {});', /^cannot load \/.*: Error: an await in it never settles$/],
  ] as const) {
    write(dir, 'respite.config.mjs', text);
    await assert.rejects(source.again(dir, log), { code: 'RESPITE_CLI_USAGE', message });
  }
});

test('a configuration that takes too long is given up, and its process ends', async (t) => {
  const dir = temporary(t, {
    'respite.config.mjs': 'setInterval(() => {}, 1000); await new Promise(() => {});',
  });
  await assert.rejects(loadAgain({ directory: dir, named: undefined, env: process.env }, 500), {
    code: 'RESPITE_CLI_USAGE',
    message: 'cannot load the configuration: it was not loaded after 0.5 s',
  });
});
