import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgram, type RunRequest } from './program.ts';

interface Parsed {
  /** What was asked for besides `run`: the command, and what was typed. */
  other: unknown;
  request: RunRequest | undefined;
  out: string;
  error: string;
  /** Commander's own code, undefined when it parsed. */
  code: string | undefined;
}

async function parse(line: string): Promise<Parsed> {
  const parsed: Parsed = { request: undefined, other: undefined, out: '', error: '', code: undefined };
  const program = createProgram({
    version: '1.2.3',
    run: async (request) => {
      parsed.request = request;
    },
    incidents: async (request) => {
      parsed.other = ['incidents', request];
    },
    status: async (flags) => {
      parsed.other = ['status', flags];
    },
    top: async (flags) => {
      parsed.other = ['top', flags];
    },
    restart: async (flags) => {
      parsed.other = ['restart', flags];
    },
    operate: async (request) => {
      parsed.other = request;
    },
    prepare: async (request) => {
      parsed.other = request;
    },
    load: async (request) => {
      parsed.other = request;
    },
    tune: async (request) => {
      parsed.other = ['tune', request];
    },
    shape: async (request) => {
      parsed.other = ['shape', request];
    },
    drill: async (request) => {
      parsed.other = request;
    },
    tryNotifications: async (flags) => {
      parsed.other = ['notify test', flags];
    },
    write: (text) => (parsed.out += text),
    writeError: (text) => (parsed.error += text),
  });
  try {
    await program.parseAsync(line === '' ? [] : line.split(' '), { from: 'user' });
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error);
    parsed.code = String(error.code);
  }
  return parsed;
}

const RUNS: readonly (readonly [line: string, request: RunRequest])[] = [
  ['run server.js', { script: 'server.js', args: [], flags: {} }],
  [
    'run --workers 2 --config c.ts --limit 9 --management off --heap 64 --incidents i --dry-run s.ts',
    {
      script: 's.ts',
      args: [],
      flags: {
        workers: '2',
        config: 'c.ts',
        limit: '9',
        management: 'off',
        heap: '64',
        incidents: 'i',
        dryRun: true,
      },
    },
  ],
  ['run', { script: undefined, args: [], flags: {} }],
  [
    'run --node-arg=--import=tsx --node-arg --env-file=.env next start -p 80',
    {
      script: 'next',
      args: ['start', '-p', '80'],
      flags: { nodeArg: ['--import=tsx', '--env-file=.env'] },
    },
  ],
  [
    'run --env-file .env --env-file=b --env-file-if-exists c s.js --env-file d',
    {
      script: 's.js',
      args: ['--env-file', 'd'],
      flags: { envFile: ['--env-file=.env', '--env-file=b'], envFileIfExists: ['--env-file-if-exists=c'] },
    },
  ],
  ['run --no-listen consumer.js', { script: 'consumer.js', args: [], flags: { listen: false } }],
  ['run --limit=9 s.js', { script: 's.js', args: [], flags: { limit: '9' } }],
  ['run s.js --limit 9 -x --help', { script: 's.js', args: ['--limit', '9', '-x', '--help'], flags: {} }],
  ['run --limit 9 s.js -- --limit 5', { script: 's.js', args: ['--limit', '5'], flags: { limit: '9' } }],
  ['run s.js -- a -- b', { script: 's.js', args: ['a', '--', 'b'], flags: {} }],
  ['run s.js a -- b', { script: 's.js', args: ['a', '--', 'b'], flags: {} }],
  ['run -- s.js --x', { script: 's.js', args: ['--x'], flags: {} }],
];

for (const [line, request] of RUNS) {
  test(`respite ${line}`, async () => {
    const parsed = await parse(line);
    assert.equal(parsed.error, '');
    assert.deepEqual(parsed.request, { ...request, flags: request.flags });
  });
}

const OTHERS: readonly (readonly [line: string, other: unknown])[] = [
  ['status', ['status', {}]],
  ['status --json --watch --management :1', ['status', { json: true, watch: true, management: ':1' }]],
  ['restart --script a.js --management h:1', ['restart', { script: 'a.js', management: 'h:1' }]],
  ['drain --name shop --json', { command: 'drain', flags: { name: 'shop', json: true } }],
  ['dry-run on', { command: 'dry-run', mode: 'on', flags: {} }],
  ['dry-run off --management :1', { command: 'dry-run', mode: 'off', flags: { management: ':1' } }],
  ['health', { command: 'health', group: undefined, flags: {} }],
  ['health ready', { command: 'health', group: 'ready', flags: {} }],
  [
    'capture stack --worker 3 --seconds 1 --output f',
    { command: 'capture', what: 'stack', flags: { worker: '3', seconds: '1', output: 'f' } },
  ],
  ['config check --config c.ts', { command: 'config check', flags: { config: 'c.ts' } }],
  ['init', { command: 'init', script: undefined, flags: {} }],
  [
    'init a.js --systemd --docker',
    { command: 'init', script: 'a.js', flags: { systemd: true, docker: true } },
  ],
  ['load http://a/', { url: 'http://a/', flags: {} }],
  [
    'load http://a/ --rate 5 -H A:b --header C:d --mix /a /b --h2 --expect p99<=5ms goodput>=1 --i-own-this-target',
    {
      url: 'http://a/',
      flags: {
        rate: '5',
        header: ['A:b', 'C:d'],
        mix: ['/a', '/b'],
        h2: true,
        expect: ['p99<=5ms', 'goodput>=1'],
        iOwnThisTarget: true,
      },
    },
  ],
  [
    'tune --for 60s --mix a --mix b --only capacity s.js -- --port 80',
    [
      'tune',
      {
        script: 's.js',
        args: ['--port', '80'],
        flags: { for: '60s', mix: ['a', 'b'], only: 'capacity' },
      },
    ],
  ],
  ['drill', { action: 'drill', names: [], flags: {} }],
  [
    'drill crash kill --rate 5 --path /a --stop-below 0.5 --json --junit j --html h --name shop',
    {
      action: 'drill',
      names: ['crash', 'kill'],
      flags: { rate: '5', path: '/a', stopBelow: '0.5', json: true, junit: 'j', html: 'h', name: 'shop' },
    },
  ],
  [
    'drill proxy --to h:1 --listen 2 --latency 5 --slow-close 6 --down',
    { action: 'proxy', flags: { to: 'h:1', listen: '2', latency: '5', slowClose: '6', down: true } },
  ],
  ['top --management h:1', ['top', { management: 'h:1' }]],
  ['notify test --config c.ts', ['notify test', { config: 'c.ts' }]],
  ['incidents', ['incidents', { action: 'list', flags: {} }]],
  [
    'incidents --json --incidents d',
    ['incidents', { action: 'list', flags: { json: true, incidents: 'd' } }],
  ],
  [
    'incidents show last --incidents d',
    ['incidents', { action: 'show', id: 'last', flags: { incidents: 'd' } }],
  ],
  [
    'incidents --incidents d --json show x',
    ['incidents', { action: 'show', id: 'x', flags: { incidents: 'd', json: true } }],
  ],
  ['incidents open x', ['incidents', { action: 'open', id: 'x', flags: {} }]],
  [
    'incidents prune --keep 3 --older-than 7d',
    ['incidents', { action: 'prune', flags: { keep: '3', olderThan: '7d' } }],
  ],
];

for (const [line, other] of OTHERS) {
  test(`respite ${line}`, async () => {
    const parsed = await parse(line);
    assert.deepEqual([parsed.error, parsed.request, parsed.other], ['', undefined, other]);
  });
}

const COMPLAINTS: readonly (readonly [line: string, complaint: string])[] = [
  ['run --unheard s.js', "respite: unknown option '--unheard'\n"],
  ['run --limt 5 s.js', "respite: unknown option '--limt' (Did you mean --limit?)\n"],
  ['run --limit', "respite: option '--limit <n|adaptive>' argument missing\n"],
  ['server.js', "respite: unknown command 'server.js'\n"],
  ['incidents show', "respite: missing required argument 'id'\n"],
  [
    'dry-run maybe',
    "respite: command-argument value 'maybe' is invalid for argument 'mode'. Allowed choices are on, off.\n",
  ],
  ['status --unheard', "respite: unknown option '--unheard'\n"],
  ['--nope', "respite: unknown option '--nope'\n"],
];

for (const [line, complaint] of COMPLAINTS) {
  test(`respite ${line}: one line`, async () => {
    const { request, error, out } = await parse(line);
    assert.deepEqual({ request, error, out }, { request: undefined, error: complaint, out: '' });
  });
}

test('version and help go to stdout', async () => {
  assert.deepEqual((await parse('--version')).out, '1.2.3\n');
  assert.match((await parse('--help')).out, /^Usage: respite /);
  const help = (await parse('run --help')).out;
  for (const flag of [
    '--workers <n|auto>',
    '--config <file>',
    '--limit <n|adaptive>',
    '--management <host:port|unix:/path|off>',
    '--heap <MB>',
    '--incidents <dir|off>',
    '--no-listen',
    '--dry-run',
  ]) {
    assert.ok(help.includes(flag), flag);
  }
});

test('no command at all shows the help on stderr', async () => {
  const { code, error, out } = await parse('');
  assert.equal(code, 'commander.help');
  assert.match(error, /^Usage: respite /);
  assert.equal(out, '');
});
