// Servers with a protocol of their own over HTTP.
import type { Server } from '../server.ts';

const STICKINESS =
  'tested over WebSockets. Polling sends several requests of one session: with several workers start Respite with `--sticky`.';

export const SERVICES: readonly Server[] = [
  {
    name: 'socket.io',
    folder: 'socket.io',
    package: 'socket.io',
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: 'beside socket.io' },
      { path: '/socket.io/?EIO=4&transport=polling', contains: '"upgrades":["websocket"]' },
      { path: '/socket.io/socket.io.min.js', contains: 'Socket.IO' },
    ],
    webSocket: { path: '/socket.io/?EIO=4&transport=websocket', receives: /^0\{"sid"/ },
    varies: { body: /"sid":"[^"]*"/g },
    note: STICKINESS,
  },
  {
    name: 'Apollo Server',
    folder: 'apollo',
    package: '@apollo/server',
    start: ['server.js'],
    env: { PORT: '{port}', NODE_ENV: 'production' },
    exchanges: [
      {
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ hello(name: \\"Ada\\") }"}',
        contains: 'hello Ada',
      },
      { path: '/', status: 400 },
    ],
  },
  {
    name: 'tRPC, standalone',
    folder: 'trpc',
    package: '@trpc/server',
    start: ['server.ts'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/hello', contains: 'hello trpc' },
      { path: '/none', status: 404 },
    ],
    varies: { body: /"stack":"[^"]*"/g },
  },
  {
    name: 'http-proxy',
    folder: 'http-proxy',
    package: 'http-proxy',
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [{ path: '/path', contains: 'target /path http-proxy' }],
    countedEach: 2,
    note: 'its target runs in the same process, so each request counts twice.',
  },
];
