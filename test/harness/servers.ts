import type { Protocol } from './http.ts';

/** The fixtures that answer any request with who they are and what they were asked. */
export interface Server {
  readonly name: string;
  readonly file: string;
  readonly protocol: Protocol;
}

export const SERVERS: readonly Server[] = [
  { name: 'node:http, ESM', file: 'node-http.mjs', protocol: 'http' },
  { name: 'node:http, CommonJS', file: 'node-http.cjs', protocol: 'http' },
  { name: 'node:http, TypeScript', file: 'node-http.ts', protocol: 'http' },
  { name: 'node:https', file: 'node-https.mjs', protocol: 'https' },
  { name: 'node:http2, core API', file: 'http2-stream.mjs', protocol: 'h2c' },
  { name: 'node:http2, compatibility API', file: 'http2-compat.mjs', protocol: 'h2c' },
  { name: 'node:http2, TLS', file: 'http2-secure.mjs', protocol: 'h2' },
  { name: 'node:http2, TLS, HTTP/1 client', file: 'http2-secure.mjs', protocol: 'https' },
  { name: 'Express', file: 'express.mjs', protocol: 'http' },
  { name: 'Fastify', file: 'fastify.mjs', protocol: 'http' },
  { name: 'Koa', file: 'koa.mjs', protocol: 'http' },
  { name: 'Hono', file: 'hono.mjs', protocol: 'http' },
];
