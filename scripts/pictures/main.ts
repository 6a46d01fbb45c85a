// `npm run pictures [name…]`: runs the tools and writes the pictures of the guides, docs/images/<name>.svg. Takes ten minutes in all.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chartOf, terminalOf } from './svg.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const bin = path.join(repository, 'dist/cli/bin.js');
const servers = path.join(repository, 'bench/servers');
const directory = mkdtempSync(path.join(tmpdir(), 'respite-pictures-'));
const report = path.join(directory, 'report.html');

const PICTURES: Readonly<Record<string, () => Promise<string>>> = {
  // A pool of 20 slots of 20 ms serves 1,000 requests a second; Respite sheds the rest.
  'load-testing': async () =>
    withServer('overload/pool.mjs', {}, (url) => {
      const options = ['--rate', '200..2000', '--for', '30s', '--seed', '7', '--max-lag', '1s'];
      run(['load', url, ...options, '--html', report]);
      return chartOf(readFileSync(report, 'utf8'), 'Requests per second');
    }),
  'tuning-limit': async () => {
    run(['tune', '--only', 'limit', '--for', '90s', '--html', report, script('overload/pool.mjs')]);
    return chartOf(readFileSync(report, 'utf8'), 'Goodput under overload by fixed');
  },
  'tuning-accept-queue': async () => {
    const options = ['--only', 'accept', '--for', '150s', '--html', report];
    run(['tune', ...options, script('busy.mjs')], { TURN_MS: '20' });
    return chartOf(readFileSync(report, 'utf8'), 'Accept queue');
  },
  drills: async () =>
    withServer('hello.mjs', { drills: true, supervisor: { workers: 2 } }, () => {
      const names = ['control', 'blocked-loop', 'crash', 'kill', 'exhausted-pool', 'deploy', 'bad-deploy'];
      return terminalOf(`respite drill ${names.join(' ')}`, run(['drill', ...names]));
    }),
  'performance-tests': async () => {
    const example = 'bench/servers/hello.mjs';
    const output = run([
      'load',
      '/',
      '--against',
      'HEAD',
      '--script',
      example,
      '--for',
      '60s',
      '--seed',
      '3',
    ]);
    return terminalOf('respite load / --against HEAD --script server.js --for 60s', output);
  },
};

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !(name in PICTURES));
  if (unknown !== undefined) {
    console.error(
      `pictures: there is no picture '${unknown}'; there are ${Object.keys(PICTURES).join(', ')}`,
    );
    return 2;
  }
  spawnSync(process.execPath, ['scripts/build.ts'], { cwd: repository, stdio: 'inherit' });
  try {
    for (const [name, picture] of Object.entries(PICTURES)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const file = path.join(repository, 'docs/images', `${name}.svg`);
      writeFileSync(file, await picture());
      console.log(`wrote ${path.relative(repository, file)}`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return 0;
}

/** Runs `respite` and returns what it wrote. Exit code 1 tells of the server, not of the picture. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: args.includes('--against') ? repository : directory,
    env: { ...process.env, ...env, RESPITE_INSTANCES: directory },
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`respite ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/** A server under `respite run` while the picture is taken. */
async function withServer(name: string, config: object, picture: (url: string) => string): Promise<string> {
  const file = path.join(directory, 'respite.config.json');
  writeFileSync(file, JSON.stringify({ ...config, management: { address: '127.0.0.1:0' } }));
  const server = spawn(process.execPath, [bin, 'run', '--config', file, script(name)], {
    cwd: directory,
    env: { ...process.env, RESPITE_INSTANCES: directory },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    return picture(`http://127.0.0.1:${await portOf(server.stdout)}/`);
  } finally {
    server.kill('SIGINT');
    await ended;
  }
}

async function portOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const port = /^listening (\d+)$/m.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`the server did not start:\n${text}`);
}

function script(name: string): string {
  return path.join(servers, name);
}
