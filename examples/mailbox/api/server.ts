import fastify, { type FastifyInstance } from 'fastify';
import type { Readable } from 'node:stream';
import { conditional } from 'respite/cache';
import { openBodyFiles } from './body-files.ts';
import { deliver } from './deliver.ts';
import { openIndex } from './index-store.ts';
import { join } from 'node:path';

export interface MailboxOptions {
  readonly dataDirectory: string;
  readonly maxMessageBytes?: number;
}

const MAX_MESSAGE_BYTES = 40 * 1024 * 1024;
/** A sender that stalls for good must not hold a delivery for good. */
const REQUEST_TIMEOUT_MS = 10 * 60_000;
const PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** A list may be a second old, and is asked about after that: a comparison, where nothing has changed. */
const LIST_CACHING = 'max-age=1';
/** It never changes, but may be deleted. */
const MESSAGE_CACHING = 'max-age=60';

const mailbox = { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' } as const;
const ofUser = { type: 'object', properties: { user: mailbox } } as const;
const ofMessage = {
  type: 'object',
  properties: { user: mailbox, id: { type: 'string', pattern: '^[0-9a-f-]{36}$' } },
} as const;
const pageSize = { type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: PAGE_SIZE } as const;
const listQuery = {
  type: 'object',
  properties: { before: { type: 'integer', minimum: 1 }, limit: pageSize },
} as const;
const searchQuery = {
  type: 'object',
  required: ['q'],
  properties: { q: { type: 'string', minLength: 1, maxLength: 200 }, limit: pageSize },
} as const;
const deliveryHeaders = {
  type: 'object',
  required: ['idempotency-key'],
  properties: { 'idempotency-key': { type: 'string', minLength: 1, maxLength: 200 } },
} as const;

type OfUser = { Params: { user: string } };
type OfMessage = { Params: { user: string; id: string } };

/** The Mailbox server: plain Fastify. Of Respite it only uses `conditional`, so as not to list and read what its caller has. */
export async function buildServer(options: MailboxOptions): Promise<FastifyInstance> {
  const { dataDirectory, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const files = openBodyFiles(dataDirectory);
  const index = openIndex(join(dataDirectory, 'index.sqlite'));
  await files.sweep((id) => index.knows(id));

  const app = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    bodyLimit: maxMessageBytes,
    return503OnClosing: false,
  });
  app.addHook('onClose', () => index.close());
  // The body stays a stream: a mail is never whole in memory.
  app.addContentTypeParser('message/rfc822', (_request, body, done) => done(null, body));

  app.post<OfUser & { Body: Readable; Headers: { 'idempotency-key': string } }>(
    '/mailboxes/:user/messages',
    { schema: { params: ofUser, headers: deliveryHeaders } },
    async (request, reply) => {
      const { user } = request.params;
      const result = await deliver(
        { user, idempotencyKey: request.headers['idempotency-key'], body: request.body, maxMessageBytes },
        index,
        files,
      );
      if (result.kind === 'too-large')
        return reply.code(413).send({ error: `larger than ${maxMessageBytes} bytes` });
      return reply
        .code(result.kind === 'stored' ? 201 : 200)
        .header('location', `/mailboxes/${user}/messages/${result.id}`)
        .send({ id: result.id });
    },
  );

  app.get<OfUser & { Querystring: { before?: number; limit: number } }>(
    '/mailboxes/:user/messages',
    { schema: { params: ofUser, querystring: listQuery } },
    (request, reply) => {
      const { user } = request.params;
      const change = index.changed(user);
      const known = change === undefined ? {} : { lastModified: change.atMs, version: change.revision };
      if (conditional(request.raw, reply.raw, { ...known, cacheControl: LIST_CACHING }))
        return reply.hijack();
      return reply.send(index.list(user, request.query.before, request.query.limit));
    },
  );

  app.get<OfUser & { Querystring: { q: string; limit: number } }>(
    '/mailboxes/:user/search',
    { schema: { params: ofUser, querystring: searchQuery } },
    (request, reply) =>
      reply.send({ messages: index.search(request.params.user, request.query.q, request.query.limit) }),
  );

  app.get<OfMessage>('/mailboxes/:user/messages/:id', { schema: { params: ofMessage } }, (request, reply) => {
    const message = index.find(request.params.user, request.params.id);
    if (message === undefined) return reply.code(404).send({ error: 'no such message' });
    // A message never changes: its id is as good as its content.
    const known = { etag: `"${message.id}"`, lastModified: message.receivedAtMs };
    if (conditional(request.raw, reply.raw, { ...known, cacheControl: MESSAGE_CACHING }))
      return reply.hijack();
    return reply
      .header('content-type', 'message/rfc822')
      .header('content-length', message.sizeBytes)
      .send(files.read(message.id));
  });

  app.delete<OfMessage>(
    '/mailboxes/:user/messages/:id',
    { schema: { params: ofMessage } },
    async (request, reply) => {
      const { user, id } = request.params;
      if (!index.remove(user, id)) return reply.code(404).send({ error: 'no such message' });
      await files.remove(id);
      return reply.code(204).send();
    },
  );

  app.get('/health', (_request, reply) => reply.send({ status: 'UP' }));
  return app;
}
