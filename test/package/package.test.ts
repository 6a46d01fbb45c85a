// What a user gets: the packed tarball, installed from the registry's point of view, outside of this repository.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { nodeBinary, repository } from '../harness/nodes.ts';
import { kill, type RunningProcess, start, temporaryDirectory } from '../harness/process.ts';

const run = promisify(execFile);

/** Every name that can be imported, by subpath. A change here is a change for users. */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
  '.': ['RespiteError', 'addPressureSignal', 'onDrain', 'protect', 'shareRegistry'],
  './backpressure': [
    'boundKernelBuffers',
    'broadcast',
    'createChannel',
    'createEventFeed',
    'createRateLimit',
    'createWriteBudget',
    'guardServer',
    'openEventStream',
    'pipe',
    'toWritable',
    'toWritableStream',
  ],
  './cache': [
    'conditional',
    'createCache',
    'createResponseCache',
    'memcachedStore',
    'memoryStore',
    'preconditions',
    'redisStore',
    'remoteStore',
    'tieredStore',
    'undiciStore',
  ],
  './client': ['HeldBackError', 'createClient'],
  './config': ['defineConfig'],
  './express': ['policy', 'respite'],
  './fastify': ['respite'],
  './health': [
    'HealthRegistry',
    'certificate',
    'certificateFile',
    'custom',
    'disk',
    'dns',
    'elasticsearch',
    'grpc',
    'health',
    'http',
    'kafka',
    'memcached',
    'mongodb',
    'mysql',
    'opensearch',
    'postgres',
    'rabbitmq',
    'redis',
    'smtp',
    'tcp',
    'troubles',
  ],
  './hono': ['policy', 'respite'],
  './koa': ['policy', 'respite'],
  './load': ['compare', 'load', 'parseShape', 'unmet'],
  './opentelemetry': ['reportTo', 'resendAttributes'],
  './package.json': ['default'],
};

const SERVER = `import { createServer } from 'node:http';
const server = createServer((req, res) => res.end('served by ' + process.version));
server.listen(0, () => console.log('listening ' + server.address().port));
`;

const CONSUMER = `import { type AdmissionStats, type Criticality, protect, type Protection, RespiteError } from 'respite';
import { type Channel, type ChannelEnd, createChannel, createEventFeed, createWriteBudget, toWritableStream, type WriteBudgetStats } from 'respite/backpressure';
import { type Cache, conditional, createCache, memoryStore } from 'respite/cache';
import { type Client, type ClientStats, createClient, HeldBackError } from 'respite/client';
import { defineConfig } from 'respite/config';
import { load, type LoadResult, unmet } from 'respite/load';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

const budget = createWriteBudget({ limitBytes: 64 * 1024 * 1024 });
createTcpServer((socket) => {
  const channel: Channel = createChannel(socket, { budget, slowPeer: { graceMs: 5000 } });
  void channel.ready(AbortSignal.timeout(1000)).then((isReady: boolean) => isReady && channel.write('hello'));
  channel.onWritabilityChanged((isWritable: boolean) => isWritable && channel.encode(8, (target, start) => target.write('bye', start)));
});
const feed = createEventFeed({ heartbeatMs: 1000 });
createServer((req, res) => {
  const { channel } = feed.subscribe(req, res);
  void channel.closed.then((end: ChannelEnd) => end.reason satisfies string);
  toWritableStream(channel) satisfies WritableStream<Uint8Array | string>;
});
const budgetStats: WriteBudgetStats = budget.stats();
budgetStats.usedBytes satisfies number;
const cache: Cache = createCache({ store: memoryStore({ limitBytes: 1_000_000 }), mode: 'private' });
const hits: number = cache.stats().requests.hit;
createServer((req, res) => conditional(req, res, { lastModified: new Date(), etag: '"a"' }) || res.end(String(hits)));
void cache.fetch('http://localhost/').then((response: Response) => response.text());
const client: Client = createClient({ retry: { attempts: 2 }, origins: { 'http://localhost': { trustsRefusals: true } } });
client.fetch('http://localhost/', { method: 'POST', body: () => 'again', deadlineMs: 100, criticality: 'sheddable' }).catch((error: unknown) => {
  if (error instanceof HeldBackError) console.log(error.reason, client.stats('http://localhost') satisfies ClientStats | undefined);
});
createCache({ fetch: client.fetch });
void load({ url: 'http://127.0.0.1:1', rate: { from: 1, to: 2 }, mix: [{ path: '/a', body: 5 }] }).then((result: LoadResult) => unmet(result, ['p99<=5ms']));
const protection: Protection = protect(createServer(), { limit: 10, routes: { 'POST /a': 'sheddable' } });
const stats: AdmissionStats = protection.stats();
const limit: number = stats.limit;
protection.stop();
const criticality: Criticality = 'critical-plus';
const config = defineConfig({
  admission: { defaultCriticality: criticality, limit },
  supervisor: { workers: 'auto', drainTimeoutMs: 1000 },
  management: { address: '127.0.0.1:9998' },
  notify: { webhook: { url: 'https://ops.example.com/hook' }, command: ['/bin/page', 'shop'], events: ['opened'] },
});
// @ts-expect-error an option that does not exist
defineConfig({ admission: { limits: 1 } });
// @ts-expect-error a class that does not exist
const urgent: Criticality = 'urgent';
try {
  protect(createServer(), { limit: 0 });
} catch (error) {
  if (error instanceof RespiteError) console.log(error.code satisfies string, config, urgent);
}
`;

/** Where the tarball is installed. */
let project: string;
let packed: readonly string[];
let installed: string;

before(async () => {
  const tarball = process.env['RESPITE_TARBALL'] ?? (await pack());
  project = temporaryDirectory();
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', type: 'module', private: true }),
  );
  writeFileSync(path.join(project, 'server.mjs'), SERVER);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], {
    cwd: project,
  });
  installed = path.join(project, 'node_modules/respite');
  packed = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
});

/** The tarball, as `npm publish` makes it: with the build that goes before. RESPITE_TARBALL names one that is there already. */
async function pack(): Promise<string> {
  const folder = temporaryDirectory();
  await run('npm', ['pack', '--pack-destination', folder], { cwd: repository });
  const [tarball] = readdirSync(folder);
  assert.ok(tarball);
  return path.join(folder, tarball);
}

test('the tarball holds the build and what belongs to it, and no test', () => {
  assert.ok(packed.includes('dist/cli/bin.js'), packed.join('\n'));
  const surprising = packed.filter(
    (file) =>
      !/^dist\/.+\.(c?js|d\.ts)$/.test(file) &&
      !/^dist\/management\/console\/browser\/(page\.html|style\.css)$/.test(file) &&
      !['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].includes(file),
  );
  assert.deepEqual(surprising, []);
  assert.deepEqual(
    packed.filter((file) => /\btest\b|fixture/.test(file)),
    [],
  );
});

test('the script of the console is 30 KB at most, before it is compressed', () => {
  const folder = path.join(installed, 'dist/management/console/browser');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  assert.ok(bytes > 10_000 && bytes <= 30 * 1024, `${bytes} bytes`);
});

test('it has as many dependencies as it says', async () => {
  const { stdout } = await run('npm', ['ls', '--all', '--json', '--omit=dev'], { cwd: project });
  const { dependencies } = JSON.parse(stdout) as {
    dependencies: { respite: { dependencies: Readonly<Record<string, { version?: string }>> } };
  };
  // The frameworks are there as optional peers, without a version as none is installed.
  const present = Object.entries(dependencies.respite.dependencies).filter(
    ([, { version }]) => version !== undefined,
  );
  assert.deepEqual(
    present.map(([name]) => name).toSorted(),
    Object.keys(packageJson.dependencies).toSorted(),
  );
});

test('every subpath exports exactly its public names', async () => {
  assert.deepEqual(Object.keys(packageJson.exports).toSorted(), Object.keys(PUBLIC).toSorted());
  for (const [subpath, names] of Object.entries(PUBLIC)) {
    const specifier = path.posix.join('respite', subpath);
    const attributes = subpath.endsWith('.json') ? ', { with: { type: "json" } }' : '';
    const program = `console.log(JSON.stringify(Object.keys(await import('${specifier}'${attributes}))))`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: project,
    });
    assert.deepEqual((JSON.parse(stdout) as string[]).toSorted(), names, subpath);
    assert.equal(stderr, '');
  }
});

test('CommonJS can require it', async () => {
  const program = `console.log(Object.keys(require('respite')).sort().join())`;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', program], {
    cwd: project,
  });
  assert.equal(stdout.trim(), 'RespiteError,addPressureSignal,onDrain,protect,shareRegistry');
});

test('its types are enough for a strict consumer', async () => {
  writeFileSync(path.join(project, 'consumer.ts'), CONSUMER);
  const options = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2024',
    module: 'nodenext',
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [path.join(repository, 'node_modules/@types')],
  };
  writeFileSync(
    path.join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
  );
  const tsc = path.join(repository, 'node_modules/.bin/tsc');
  await run(tsc, ['--project', project], { cwd: project }).catch(({ stdout }: { stdout: string }) => {
    assert.fail(stdout);
  });
});

test('npx respite --version', async () => {
  const { stdout, stderr } = await run('npx', ['--no-install', 'respite', '--version'], { cwd: project });
  assert.equal(stdout, `${packageJson.version}\n`);
  assert.doesNotMatch(stderr, /respite/);
});

test('npx respite run server.mjs', async (t) => {
  const running = start(t, ['--no-install', 'respite', 'run', '--management', '127.0.0.1:0', 'server.mjs'], {
    node: 'npx',
    dir: project,
  });
  // npm puts a shell between npx and the command, and hands signals to the shell alone: they are sent to Respite itself.
  const pid = await running.until('the process id in the log', () => /"pid":(\d+)/.exec(running.stderr)?.[1]);
  await serves(running, process.version, () => {
    kill(Number(pid), 'SIGTERM');
  });
});

for (const version of [22.18, 24] as const) {
  test(`respite run server.mjs on Node ${version}`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const running = start(t, bin('run', '--management', '127.0.0.1:0', 'server.mjs'), { node, dir: project });
    await serves(running, `v${version}.`);
    // Nothing experimental, nothing deprecated: such warnings would be the user's to explain.
    assert.doesNotMatch(running.stderr, /Warning/);
  });
}

test('on a Node.js that is too old: one line that says which it needs, exit code 2', async (t) => {
  const node = (await oldNodeOnPath()) ?? (await nodeBinary(t, 20));
  if (node === undefined) return;
  for (const args of [bin('run', 'server.mjs'), bin('--version')]) {
    const running = start(t, args, { node, dir: project });
    assert.deepEqual(await running.ended(), { code: 2, signal: null }, running.transcript());
    assert.equal(running.stdout, '');
    assert.match(running.stderr, /^respite.* 22\.18 .*v\d+\.\d+\.\d+.*\n$/);
  }
});

function bin(...args: readonly string[]): string[] {
  return [path.join(installed, packageJson.bin.respite), ...args];
}

async function serves(
  running: RunningProcess,
  version: string,
  stop: () => void = () => {
    running.signal('SIGTERM');
  },
): Promise<void> {
  const port = await running.port();
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  const text = await response.text();
  assert.ok(text.startsWith(`served by ${version}`), text);
  stop();
  assert.equal((await running.ended()).code, 0, running.transcript());
  assert.deepEqual(await running.offspring(), []);
}

/** A Node.js older than 22.18 that this machine happens to have. */
async function oldNodeOnPath(): Promise<string | undefined> {
  const candidates = (process.env['PATH'] ?? '').split(path.delimiter).map((dir) => path.join(dir, 'node'));
  for (const candidate of candidates) {
    const version = await run(candidate, ['--version']).catch(() => ({ stdout: '' }));
    const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version.stdout) ?? [];
    if (major !== undefined && (Number(major) < 22 || (Number(major) === 22 && Number(minor) < 18)))
      return candidate;
  }
  return undefined;
}
