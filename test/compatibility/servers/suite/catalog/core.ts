// One server of each kind: npm start, a program with plugins, WebSockets, files.
import type { Server } from '../server.ts';

export const CORE: readonly Server[] = [
  {
    name: 'Express, bin/www',
    folder: 'express',
    package: 'express',
    core: true,
    start: [],
    env: { PORT: '{port}', NODE_ENV: 'production' },
    exchanges: [
      { path: '/', contains: '<h1>Express</h1>' },
      { path: '/users', headers: { 'accept-encoding': 'gzip' } },
      {
        method: 'POST',
        path: '/users',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"Ada"}',
        status: 201,
        contains: 'Ada',
      },
      { path: '/style.css', headers: { range: 'bytes=0-3' }, status: 206, contains: 'body' },
      { method: 'HEAD', path: '/' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'Fastify, fastify-cli',
    folder: 'fastify-cli',
    package: 'fastify-cli',
    core: true,
    start: ['fastify', 'start', '--port', '{port}', 'app.js'],
    exchanges: [
      { path: '/', contains: '{"hello":"fastify"}' },
      {
        method: 'POST',
        path: '/items',
        headers: { 'content-type': 'application/json' },
        body: '{"id":1}',
        status: 201,
        contains: '{"id":1}',
      },
      {
        method: 'POST',
        path: '/items',
        headers: { 'content-type': 'application/json' },
        body: '{',
        status: 400,
      },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'ws, beside node:http',
    folder: 'ws',
    package: 'ws',
    core: true,
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: 'beside a WebSocket' },
      { path: '/echo', headers: { connection: 'upgrade', upgrade: 'websocket' }, status: 400 },
    ],
    webSocket: { path: '/echo', send: 'hello', receives: /^hello$/ },
  },
  {
    name: 'http-server',
    folder: 'http-server',
    package: 'http-server',
    core: true,
    start: ['http-server', 'public', '-p', '{port}'],
    exchanges: [
      { path: '/', contains: '<h1>http-server</h1>' },
      { path: '/numbers.txt', headers: { range: 'bytes=0-8' }, status: 206, contains: '1\n2\n3\n4\n5' },
      { path: '/none', status: 404 },
    ],
  },
];
