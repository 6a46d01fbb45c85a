// Users with a Chromium each, who open a page, look at it, and open the next. Their browsers load further pages ahead.
import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { launch } from '../../test/browser/chromium.ts';

export interface BrowsingOptions {
  readonly port: number;
  readonly users: number;
  /** Of each user, between the beginnings of two navigations, in ms. */
  readonly everyMs: number;
  readonly seconds: number;
}

export interface Navigations {
  readonly asked: number;
  readonly served: number;
  /** What became of the others, with how often: a status, or the error. */
  readonly others: Readonly<Record<string, number>>;
}

/** How long a user waits for a page. */
const PATIENCE_MS = 10_000;

/** Users have browser contexts of their own, and so connections of their own. */
export async function browse({ port, users, everyMs, seconds }: BrowsingOptions): Promise<Navigations> {
  const browser = await launch();
  try {
    const outcomes: string[] = [];
    const contexts = await Promise.all(Array.from({ length: users }, () => browser.newContext()));
    const endMs = performance.now() + seconds * 1000;
    await Promise.all(
      contexts.map(async (context: BrowserContext, user) => {
        const page = await context.newPage();
        await delay((user / users) * everyMs);
        for (let i = 0; performance.now() < endMs; i += 1) {
          const next = delay(everyMs);
          outcomes.push(await outcomeOf(page, `http://127.0.0.1:${port}/${user}/${i}`));
          await next;
        }
      }),
    );
    const others: Record<string, number> = {};
    for (const outcome of outcomes) if (outcome !== '200') others[outcome] = (others[outcome] ?? 0) + 1;
    const served = outcomes.filter((outcome) => outcome === '200').length;
    return { asked: outcomes.length, served, others };
  } finally {
    await browser.close();
  }
}

async function outcomeOf(page: Page, url: string): Promise<string> {
  try {
    const response = await page.goto(url, { waitUntil: 'commit', timeout: PATIENCE_MS });
    return String(response?.status());
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
