// The same application in each framework's idiom, with policies beside its routes.
import http from 'node:http';
import type { Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import KoaRouter from '@koa/router';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as forExpress from '../../src/adapter/express.ts';
import * as forFastify from '../../src/adapter/fastify.ts';
import * as forHono from '../../src/adapter/hono.ts';
import * as forKoa from '../../src/adapter/koa.ts';
import type { Work } from './servers.ts';

/**
 * Routes: `GET /held`; `POST /deliveries`, `POST /boxes/:box/messages` and, of a mounted router, `POST /api/imports/:id`
 * are sheddable, and so is `POST /jobs/:id` by a policy on all of its router or path; `GET /users/me` and `GET /users/:id`, `GET /api/reports/:id` have no policy; `GET /heavy` costs 2.
 */
export interface Framework {
  readonly name: string;
  create(work: Work): Promise<Server>;
}

const SHEDDABLE = { criticality: 'sheddable' } as const;
const HEAVY = { cost: 2 } as const;

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Express',
    async create(work) {
      const { policy, respite } = forExpress;
      const answer: express.RequestHandler = async (request, response) => {
        response.end(await work(request.originalUrl));
      };
      const app = express().use(respite());
      app.get('/held', answer);
      app.post('/deliveries', policy(SHEDDABLE), answer);
      app.post('/boxes/:box/messages', policy(SHEDDABLE), async (request, response) => {
        response.end(await work(`/boxes/${request.params.box satisfies string}/messages`));
      });
      app.get('/users/me', answer).get('/users/:id', answer);
      app.get('/heavy', policy(HEAVY), answer);
      const api = express.Router();
      api.post('/imports/:id', policy(SHEDDABLE), answer).get('/reports/:id', answer);
      app.use('/api', api);
      app.use('/jobs', express.Router().use(policy(SHEDDABLE)).post('/:id', answer));
      return http.createServer(app);
    },
  },
  {
    name: 'Fastify',
    async create(work) {
      const app = fastify();
      await app.register(forFastify.respite);
      const answer = (request: { url: string }): Promise<string> => work(request.url);
      const sheddable = { config: { respite: SHEDDABLE } };
      app.get('/held', answer);
      app.post('/deliveries', sheddable, answer);
      app.post('/boxes/:box/messages', sheddable, answer);
      app.post('/jobs/:id', sheddable, answer);
      app.get('/users/me', answer);
      app.get('/users/:id', answer);
      app.get('/heavy', { config: { respite: HEAVY } }, answer);
      await app.register(
        async (api) => {
          api.post('/imports/:id', sheddable, answer);
          api.get('/reports/:id', answer);
        },
        { prefix: '/api' },
      );
      await app.ready();
      return app.server;
    },
  },
  {
    name: 'Koa',
    async create(work) {
      const { policy, respite } = forKoa;
      const answer: Koa.Middleware = async (context) => {
        context.body = await work(context.url);
      };
      const api = new KoaRouter();
      api.post('/imports/:id', policy(SHEDDABLE), answer).get('/reports/:id', answer);
      const router = new KoaRouter();
      router.get('/held', answer);
      router.post('/deliveries', policy(SHEDDABLE), answer);
      router.post('/boxes/:box/messages', policy(SHEDDABLE), async (context) => {
        context.body = await work(`/boxes/${context.params['box'] ?? ''}/messages`);
      });
      router.get('/users/me', answer).get('/users/:id', answer);
      router.get('/heavy', policy(HEAVY), answer);
      const jobs = new KoaRouter({ prefix: '/jobs' });
      jobs.use(policy(SHEDDABLE)).post('/:id', answer);
      router.use('/api', api.routes()).use(jobs.routes());
      const handle = new Koa().use(respite()).use(router.routes()).callback();
      return http.createServer((request, response) => void handle(request, response));
    },
  },
  {
    name: 'Hono',
    async create(work) {
      const { policy, respite } = forHono;
      const app = new Hono();
      app.use(respite(app));
      app.get('/held', async (context) => context.text(await work('/held')));
      app.post('/deliveries', policy(SHEDDABLE), async (context) => context.text(await work('/deliveries')));
      app.post('/boxes/:box/messages', policy(SHEDDABLE), async (context) =>
        context.text(await work(`/boxes/${context.req.param('box') satisfies string}/messages`)),
      );
      app.get('/users/me', async (context) => context.text(await work('/users/me')));
      app.get('/users/:id', async (context) => context.text(await work(context.req.path)));
      app.get('/heavy', policy(HEAVY), async (context) => context.text(await work('/heavy')));
      app.use('/jobs/*', policy(SHEDDABLE));
      app.post('/jobs/:id', async (context) => context.text(await work(context.req.path)));
      const api = new Hono();
      api.onError((_error, context) => context.text('failed', 500));
      api.post('/imports/:id', policy(SHEDDABLE), async (context) =>
        context.text(await work(context.req.path)),
      );
      api.get('/reports/:id', async (context) => context.text(await work(context.req.path)));
      app.route('/api', api);
      const handle = getRequestListener(app.fetch);
      return http.createServer((request, response) => void handle(request, response));
    },
  },
];
