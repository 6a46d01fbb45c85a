// Projects that another package manager than npm has installed.
import type { Server } from '../server.ts';

export const MANAGERS: readonly Server[] = [
  {
    name: 'pnpm, fastify-cli',
    folder: 'pnpm',
    package: 'pnpm',
    directory: 'app',
    build: ['pnpm', '--dir', 'app', 'install', '--frozen-lockfile', '--ignore-workspace', '--ignore-scripts'],
    start: ['fastify', 'start', '--port', '{port}', 'app.js'],
    exchanges: [
      { path: '/', contains: '{"hello":"pnpm"}' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: "Yarn Plug'n'Play, Express",
    folder: 'yarn',
    package: '@yarnpkg/cli-dist',
    directory: 'app',
    build: ['yarn', '--cwd', 'app', 'install'],
    startedBy: 'yarn',
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: '{"hello":"yarn","pnp":"3"}' },
      { path: '/none', status: 404 },
    ],
    note: 'started by `yarn respite run`.',
  },
];
