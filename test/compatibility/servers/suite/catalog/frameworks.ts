// Frameworks that answer by code of their user.
import type { Exchange, Server } from '../server.ts';

const posts = (path: string, body: string, status: number): Exchange => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body,
  status,
});

export const FRAMEWORKS: readonly Server[] = [
  {
    name: 'Koa',
    folder: 'koa',
    package: 'koa',
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: '{"hello":"koa"}' },
      { path: '/users/7', contains: 'user 7' },
      { method: 'POST', path: '/', status: 405 },
    ],
  },
  {
    name: 'hapi',
    folder: 'hapi',
    package: '@hapi/hapi',
    start: ['server.js'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: '{"hello":"hapi"}' },
      posts('/items', '{"id":1}', 201),
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'AdonisJS',
    folder: 'adonis',
    package: '@adonisjs/core',
    start: ['bin/server.js'],
    env: { PORT: '{port}', HOST: '127.0.0.1', NODE_ENV: 'production' },
    exchanges: [
      { path: '/', contains: 'hello adonis' },
      posts('/items', '{"id":1}', 201),
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'Hono, @hono/node-server',
    folder: 'hono',
    package: '@hono/node-server',
    start: ['server.ts'],
    env: { PORT: '{port}' },
    exchanges: [
      { path: '/', contains: '{"hello":"hono"}' },
      { path: '/text', headers: { 'accept-encoding': 'gzip' } },
      { path: '/events', contains: 'data: two' },
      posts('/items', '{"id":1}', 201),
    ],
  },
  {
    name: 'h3',
    folder: 'h3',
    package: 'h3',
    start: ['server.mjs'],
    env: { PORT: '{port}' },
    exchanges: [{ path: '/', contains: 'h3' }, posts('/items', '{"id":1}', 200)],
  },
  {
    name: 'srvx',
    folder: 'srvx',
    package: 'srvx',
    start: ['srvx', 'serve', '--prod', '--port={port}'],
    exchanges: [{ path: '/some/path', contains: '{"path":"/some/path"}' }],
  },
];
