import type { Pool } from 'undici';
import type { Census } from './accounts.ts';

interface ListPage {
  readonly messages: readonly { readonly messageId: string }[];
  readonly next?: number;
}

const PAGE_SIZE = 100;

/** Goes through the mailboxes as a user would, page by page, and counts every Message-ID. */
export async function takeCensus(api: Pool, users: readonly string[], timeoutMs: number): Promise<Census> {
  const copies = new Map<string, number>();
  for (const user of users) {
    let before: number | undefined;
    do {
      const rest: string = before === undefined ? '' : `&before=${before}`;
      const page = await getPage(api, `/mailboxes/${user}/messages?limit=${PAGE_SIZE}${rest}`, timeoutMs);
      for (const { messageId } of page.messages) copies.set(messageId, (copies.get(messageId) ?? 0) + 1);
      before = page.next;
    } while (before !== undefined);
  }
  return copies;
}

/** The server may still be catching its breath: keeps asking until the time is over. */
async function getPage(api: Pool, path: string, timeoutMs: number): Promise<ListPage> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      const leftMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
      const { statusCode, body } = await api.request({
        path,
        method: 'GET',
        signal: AbortSignal.timeout(leftMs),
      });
      if (statusCode === 200) return (await body.json()) as ListPage;
      await body.dump();
      throw new Error(`GET ${path} answered ${statusCode}`);
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
