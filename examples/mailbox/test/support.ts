import type { FastifyInstance } from 'fastify';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildServer } from '../api/server.ts';
import type { IntakeOptions } from '../smtp/intake.ts';
import { createGateway } from '../smtp/server.ts';

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mailbox-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface RunningApi {
  readonly app: FastifyInstance;
  readonly origin: string;
  readonly directory: string;
}

export async function startApi(t: TestContext, maxMessageBytes?: number): Promise<RunningApi> {
  const directory = await temporaryDirectory(t);
  const app = await buildServer({
    dataDirectory: directory,
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
  });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  return { app, origin, directory };
}

/** Resolves with the gateway's port. */
export async function startGateway(
  t: TestContext,
  apiOrigin: string,
  intake: IntakeOptions = {},
): Promise<number> {
  const gateway = createGateway({ mailboxServer: new URL(apiOrigin), intake });
  const port = await gateway.listen(0);
  t.after(() => gateway.close());
  return port;
}

/** Every body file, finished or not. */
export async function filesIn(directory: string): Promise<readonly string[]> {
  const [incoming, bodies] = await Promise.all([
    readdir(join(directory, 'incoming')),
    readdir(join(directory, 'bodies')),
  ]);
  return [...incoming, ...bodies];
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error('the condition was not met in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface ListedMessage {
  readonly id: string;
  readonly messageId: string;
  readonly subject: string;
  readonly sizeBytes: number;
  readonly attachments: readonly { readonly filename: string; readonly sizeBytes: number }[];
}

export interface ListedPage {
  readonly messages: readonly ListedMessage[];
  readonly next?: number;
}

export async function list(origin: string, user: string, query = ''): Promise<ListedPage> {
  const response = await fetch(`${origin}/mailboxes/${user}/messages${query}`);
  if (response.status !== 200) throw new Error(`list answered ${response.status}`);
  return (await response.json()) as ListedPage;
}

export function post(origin: string, user: string, key: string, mail: string | Buffer): Promise<Response> {
  return fetch(`${origin}/mailboxes/${user}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', 'idempotency-key': key },
    body: typeof mail === 'string' ? mail : new Uint8Array(mail),
  });
}

export function textMail(messageId: string, subject: string, text: string): string {
  return [
    'From: Ada <ada@elsewhere.example>',
    'To: <user1@mailbox.example>',
    `Subject: ${subject}`,
    `Message-ID: <${messageId}>`,
    '',
    text,
    '',
  ].join('\r\n');
}
