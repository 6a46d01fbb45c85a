// Frameworks that build what runs. A build is kept until its sources or the lockfile change.
import type { Server } from '../server.ts';

const NEXT: Pick<Server, 'package' | 'build' | 'exchanges'> = {
  package: 'next',
  build: ['next', 'build'],
  exchanges: [
    { path: '/', contains: '<h1>Next.js</h1>' },
    {
      method: 'POST',
      path: '/api/items',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1}',
      status: 201,
      contains: '{"id":1}',
    },
    { path: '/none', status: 404 },
  ],
};

const NEST: Pick<Server, 'folder' | 'build' | 'env' | 'exchanges'> = {
  folder: 'nestjs',
  build: ['tsc'],
  env: { PORT: '{port}', NODE_ENV: 'production' },
  exchanges: [
    { path: '/', contains: 'hello nestjs' },
    {
      method: 'POST',
      path: '/items',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1}',
      status: 201,
      contains: '{"id":1}',
    },
    { path: '/none', status: 404 },
  ],
};

const PRODUCTION = { PORT: '{port}', HOST: '127.0.0.1', NODE_ENV: 'production' };

export const BUILDS: readonly Server[] = [
  {
    ...NEXT,
    name: 'Next.js, next start',
    folder: 'next',
    start: ['next', 'start', '--port', '{port}'],
  },
  {
    ...NEXT,
    name: 'Next.js, standalone',
    folder: 'next-standalone',
    start: ['.next/standalone/projects/next-standalone/server.js'],
    env: { PORT: '{port}', HOSTNAME: '127.0.0.1' },
  },
  {
    ...NEST,
    name: 'NestJS on Express',
    package: '@nestjs/platform-express',
    start: ['dist/express.js'],
  },
  {
    ...NEST,
    name: 'NestJS on Fastify',
    package: '@nestjs/platform-fastify',
    start: ['dist/fastify.js'],
  },
  {
    name: 'Nuxt',
    folder: 'nuxt',
    package: 'nuxt',
    build: ['nuxt', 'build'],
    start: ['.output/server/index.mjs'],
    env: PRODUCTION,
    exchanges: [
      { path: '/', contains: '<h1>Nuxt</h1>' },
      {
        method: 'POST',
        path: '/api/items',
        headers: { 'content-type': 'application/json' },
        body: '{"id":1}',
        contains: '"id":',
      },
    ],
  },
  {
    name: 'Nitro',
    folder: 'nitro',
    package: 'nitro',
    build: ['nitro', 'build'],
    start: ['.output/server/index.mjs'],
    env: PRODUCTION,
    exchanges: [
      { path: '/', contains: 'nitro' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'SvelteKit, adapter-node',
    folder: 'sveltekit',
    package: '@sveltejs/kit',
    build: ['vite', 'build'],
    start: ['build'],
    env: PRODUCTION,
    exchanges: [
      { path: '/', contains: '<h1>SvelteKit</h1>' },
      {
        method: 'POST',
        path: '/api',
        headers: { 'content-type': 'application/json' },
        body: '{"id":1}',
        status: 201,
        contains: '{"id":1}',
      },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'Astro, node adapter',
    folder: 'astro',
    package: 'astro',
    build: ['astro', 'build'],
    start: ['dist/server/entry.mjs'],
    env: PRODUCTION,
    exchanges: [
      { path: '/', contains: 'Astro' },
      { path: '/none', status: 404 },
    ],
  },
  {
    name: 'React Router, react-router-serve',
    folder: 'react-router',
    package: '@react-router/serve',
    build: ['react-router', 'build'],
    start: ['react-router-serve', 'build/server/index.js'],
    env: PRODUCTION,
    exchanges: [
      { path: '/', contains: '<h1>React Router</h1>' },
      { path: '/none', status: 404 },
    ],
  },
];
