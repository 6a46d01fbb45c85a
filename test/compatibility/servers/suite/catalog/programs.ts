// Servers that need no code of their user.
import type { Server } from '../server.ts';

const BYPASS_LOCK =
  'needs `--bypass-lock`. Without it Vite allows one process for each project, and a rolling restart runs two for a moment.';

export const PROGRAMS: readonly Server[] = [
  {
    name: 'json-server',
    folder: 'json-server',
    package: 'json-server',
    start: ['json-server', '--port', '{port}', '--host', '127.0.0.1', 'db.json'],
    exchanges: [
      { path: '/posts', contains: '"title": "first"' },
      { path: '/posts/1', contains: '"id": 1' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'serve',
    folder: 'serve',
    package: 'serve',
    start: ['serve', '--listen', '{port}', 'public'],
    exchanges: [
      { path: '/', contains: '<h1>serve</h1>' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'Vite, preview',
    folder: 'vite',
    package: 'vite',
    build: ['vite', 'build'],
    start: ['vite', 'preview', '--port', '{port}', '--host', '127.0.0.1', '--bypass-lock'],
    exchanges: [
      { path: '/', contains: '<title>Vite</title>' },
      { path: '/assets/none.js', status: 200, contains: '<title>Vite</title>' },
    ],
    note: BYPASS_LOCK,
  },
  {
    name: 'Vite, development',
    folder: 'vite',
    package: 'vite',
    start: ['vite', '--port', '{port}', '--host', '127.0.0.1', '--bypass-lock'],
    exchanges: [
      { path: '/', contains: '/@vite/client' },
      { path: '/main.js', contains: 'hello vite' },
    ],
    note: BYPASS_LOCK,
  },
  {
    name: 'verdaccio',
    folder: 'verdaccio',
    package: 'verdaccio',
    start: ['verdaccio', '--config', 'config.yaml', '--listen', '127.0.0.1:{port}'],
    exchanges: [
      { path: '/-/ping', contains: '{}' },
      { path: '/', contains: 'Verdaccio' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'Node-RED',
    folder: 'node-red',
    package: 'node-red',
    start: ['node-red', '--userDir', '.', '--port', '{port}'],
    exchanges: [
      { path: '/', contains: 'Node-RED' },
      { path: '/settings', contains: '"version"' },
      { path: '/none', status: 404 },
    ],
    note: 'both workers use the same flows and user directory. Edit flows with one worker.',
  },
];
