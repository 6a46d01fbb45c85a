import { createServer, type Server, type ServerResponse } from 'node:http';
import { createCache, type Cache } from 'respite/cache';
import { createClient } from 'respite/client';
import type { Page } from '../api/index-store.ts';

export interface WebmailOptions {
  /** Where the Mailbox server is. */
  readonly mailboxServer: URL;
  /** `none` asks the Mailbox server each time, to see what the cache is good for. */
  readonly caching: 'shared' | 'none';
}

export interface Webmail {
  readonly server: Server;
  /** What has become of requests to the Mailbox server. */
  stats(): WebmailStats;
  close(): Promise<void>;
}

export interface WebmailStats {
  /** Requests that the Mailbox server was sent. */
  readonly asked: number;
  /** Answered without asking: from the cache, fresh or stale. */
  readonly hits: number;
  readonly stale: number;
}

/** No user waits longer for a page. */
const DEADLINE_MS = 10_000;

/** Pages of mailboxes and mails, made of what the Mailbox server says. It keeps nothing itself. */
export function createWebmail({ mailboxServer, caching }: WebmailOptions): Webmail {
  let asked = 0;
  const ask: typeof fetch = (input, init) => {
    asked += 1;
    return fetch(input, init);
  };
  // Retries within a budget, and leaves a Mailbox server alone that cannot answer. The cache goes around it: a hit is no call.
  const client = createClient({ fetch: ask, deadlineMs: DEADLINE_MS });
  const cache: Cache | undefined = caching === 'shared' ? createCache({ fetch: client.fetch }) : undefined;
  const read = cache?.fetch ?? client.fetch;
  const server = createServer((request, response) => {
    // No user's name begins like this.
    if (request.url === '/-/stats') response.end(JSON.stringify(stats()));
    else void answer(request.url ?? '/', response);
  });

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const [, user, id] = /^\/([a-z0-9][a-z0-9._-]*)(?:\/([0-9a-f-]{36}))?$/.exec(path) ?? [];
    if (user === undefined) return page(response, 404, 'No such page', '');
    const mails = `/mailboxes/${user}/messages`;
    try {
      const found = await read(new URL(id === undefined ? mails : `${mails}/${id}`, mailboxServer));
      const text = await found.text();
      if (found.status === 404) return page(response, 404, 'No such mail', '');
      if (!found.ok) return page(response, 502, 'The mailbox can not be read now', '');
      const content =
        id === undefined ? listOf(user, JSON.parse(text) as Page) : `<pre>${escape(text)}</pre>`;
      page(response, 200, `Mail of ${user}`, content);
    } catch {
      page(response, 502, 'The mailbox can not be reached now', '');
    }
  }

  function stats(): WebmailStats {
    const requests = cache?.stats().requests;
    return { asked, hits: requests?.hit ?? 0, stale: requests?.stale ?? 0 };
  }

  return {
    server,
    stats,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cache?.close();
      client.close();
    },
  };
}

function page(response: ServerResponse, status: number, title: string, content: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title><h1>${escape(title)}</h1>\n${content}`,
  );
}

function listOf(user: string, { messages }: Page): string {
  const lines = messages.map(
    ({ id, sender, subject, snippet }) =>
      `<li><a href="/${user}/${id}">${escape(subject)}</a>, from ${escape(sender)}: ${escape(snippet)}</li>`,
  );
  return `<ul>\n${lines.join('\n')}\n</ul>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
