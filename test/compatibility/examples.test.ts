// The examples whose frameworks are too large for `npm test`, started with what the compatibility suite installs: `npm run test:compat-examples`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { request } from '../harness/http.ts';
import { repository } from '../harness/nodes.ts';
import { respite } from '../harness/respite.ts';
import { freePort } from '../harness/services/service.ts';
import { install } from './servers/suite/prepare.ts';
import { folderOf, program, type Server } from './servers/suite/server.ts';
import { SERVERS } from './servers/suite/catalog.ts';

interface Example {
  /** Of `examples`, and of the suite's project that has its dependencies. */
  readonly folder: string;
  readonly build: readonly [program: string, ...args: readonly string[]];
  readonly start: (directory: string) => string;
  readonly args?: readonly string[];
  /** What `/users/7` answers. */
  readonly page: RegExp;
  readonly reports: string;
}

const EXAMPLES: readonly Example[] = [
  {
    folder: 'nestjs',
    build: ['tsc'],
    start: (directory) => path.join(directory, 'dist/main.js'),
    page: /^\{"id":"7"\}$/,
    reports: '/reports',
  },
  {
    folder: 'next',
    build: ['next', 'build'],
    start: (directory) => program(directory, 'next'),
    args: ['start'],
    page: /<h1>User (?:<!-- -->)?7<\/h1>/,
    reports: '/api/reports',
  },
];

const projects = SERVERS.filter(({ folder }) => EXAMPLES.some((example) => example.folder === folder));

for (const example of EXAMPLES) {
  test(example.folder, async (t) => {
    await install(projects);
    const directory = await built(t, example);
    const port = await freePort();
    const running = respite(t, example.start(directory), {
      dir: directory,
      args: example.args,
      env: { PORT: String(port), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
    await running.ready();
    const { status, body } = await request(port, { path: '/users/7' });
    assert.equal(status, 200);
    assert.match(body, example.page);
    assert.equal((await request(port, { path: example.reports, method: 'POST' })).status, 202);
    const metrics = (await running.manage('/metrics')).body;
    assert.match(
      metrics,
      /decision="admitted",reason="",criticality="sheddable",route="POST [/a-z]*\/reports"\} 1$/m,
    );
    assert.deepEqual(await running.stop(), { code: 0, signal: null });
  });
}

/** A copy of the example beside the dependencies of its framework, and of Respite as it is built. */
async function built(t: TestContext, { folder, build }: Example): Promise<string> {
  const project: Pick<Server, 'folder'> = { folder };
  const directory = path.join(folderOf(project), '.example');
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(path.join(repository, 'examples', folder), directory, { recursive: true });
  // Resolved from the repository's root upwards: `respite/config` is the package that the test runs in.
  rmSync(path.join(directory, 'package.json'));
  const [name, ...args] = build;
  const child = spawn(process.execPath, [program(directory, name), ...args], {
    cwd: directory,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, 'the build');
  return directory;
}
