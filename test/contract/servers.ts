// Every kind of server that Respite protects, each answering with what `work` resolves to.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';

/** What a request does: the path in, the body out. */
export type Work = (path: string) => Promise<string>;

export interface ServerKind {
  readonly name: string;
  readonly protocol: 'http' | 'https' | 'http2';
  create(work: Work): Server | Promise<Server>;
}

const tls = (file: string): Buffer =>
  readFileSync(new URL(`../harness/fixtures/tls/${file}`, import.meta.url));
export const certificate: Buffer = tls('certificate.pem');
const identity = { cert: certificate, key: tls('test-only-key.pem') };

function listener(work: Work): http.RequestListener {
  return (request, response) => {
    void work(request.url ?? '').then((body) => response.end(body));
  };
}

export const KINDS: readonly ServerKind[] = [
  { name: 'node:http', protocol: 'http', create: (work) => http.createServer(listener(work)) },
  { name: 'node:https', protocol: 'https', create: (work) => https.createServer(identity, listener(work)) },
  {
    name: 'node:http2, streams',
    protocol: 'http2',
    create: (work) =>
      http2.createServer().on('stream', (stream: http2.ServerHttp2Stream, headers) => {
        stream.on('error', () => {});
        void work(String(headers[':path'])).then((body) => {
          if (!stream.destroyed) stream.respond({ ':status': 200 });
          stream.end(body);
        });
      }),
  },
  {
    name: 'node:http2, requests',
    protocol: 'http2',
    create: (work) =>
      http2.createServer((request, response) => {
        void work(request.url).then((body) => response.end(body));
      }),
  },
  {
    name: 'node:http2 with HTTP/1',
    protocol: 'https',
    create: (work) =>
      http2.createSecureServer({ ...identity, allowHTTP1: true }, (request, response) => {
        void work(request.url).then((body) => response.end(body));
      }),
  },
  {
    name: 'Express',
    protocol: 'http',
    create: (work) =>
      http.createServer(
        express().use(async (request, response) => {
          response.end(await work(request.originalUrl));
        }),
      ),
  },
  {
    name: 'Fastify',
    protocol: 'http',
    create: async (work) => {
      const app = fastify();
      app.all('/*', (request) => work(request.url));
      await app.ready();
      return app.server;
    },
  },
  {
    name: 'Koa',
    protocol: 'http',
    create: (work) => {
      const app = new Koa().use(async (context) => {
        context.body = await work(context.url);
      });
      return http.createServer((request, response) => void app.callback()(request, response));
    },
  },
  {
    name: 'Hono',
    protocol: 'http',
    create: (work) => {
      const app = new Hono().all('*', async (context) => context.text(await work(context.req.path)));
      return http.createServer((request, response) => void getRequestListener(app.fetch)(request, response));
    },
  },
];

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
