// The console, as somebody looks at it while the service is in trouble.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launch, skip } from './chromium.ts';
import { EventParser } from '../../src/management/console/browser/stream.ts';
import type { Moments } from '../../src/management/console/protocol.ts';
import { DEADLINE_MS, until } from '../harness/until.ts';
import { type RespiteOptions, respite, type RunningRespite } from '../harness/respite.ts';
import { type Cleanup, fileEnd } from '../harness/services/service.ts';
import { takePicture, takesPictures } from './picture.ts';
import { sampledSeconds } from './sampled.ts';
import { MailStorm, origin, type Traffic } from './mail-storm.ts';

/**
 * Without a picture to take, deliveries wait for something instead of computing: a flood of them is refused for the requests in
 * flight, and leaves the cores to the browser.
 */
const WAITING = { DELIVERY_COMPUTE_MS: '0', DELIVERY_WAIT_MS: '200' };
const IN_FLIGHT = { limit: 20 };

const CONFIG = {
  admission: {
    ...(takesPictures ? {} : IN_FLIGHT),
    routes: {
      'POST /deliveries': 'sheddable',
      'GET /search': 'sheddable-plus',
    },
    // The fault is to happen, whatever the load.
    exempt: ['/hang'],
  },
  backpressure: { limitBytes: 64 * 1024 * 1024 },
  supervisor: {
    workers: 2,
    stableMs: 300,
    detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 2500 } },
  },
};

/** A server that has just started is slow. */
const FIRST: Traffic = { messages: 30, searches: 2, deliveries: 5 };
const QUIET: Traffic = takesPictures ? { messages: 150, searches: 12, deliveries: 30 } : FIRST;
const FLOOD: Traffic = takesPictures
  ? { messages: 160, searches: 25, deliveries: 900 }
  : { ...FIRST, deliveries: 300 };

describe('the console', { skip }, () => {
  let browser: Browser;
  /** Of the tests that disturb each other in nothing: what restarts its workers comes after what looks at them. */
  let shared: RunningRespite;

  before(async () => {
    browser = await launch();
    shared = await mailbox(fileEnd);
  });

  after(async () => {
    await browser.close();
  });

  test('shows a flood, what is refused, and the fault that heals, while they happen', async (t) => {
    const running = await mailbox(t);
    const storm = new MailStorm(t, await running.port());
    storm.traffic = FIRST;
    const { page, complaints, requests } = await open(t, browser, await running.management());
    await page.locator('#link[data-link=open]').waitFor();
    await levelIs(page, 'well');
    storm.traffic = QUIET;
    const picture = takesPictures ? await preface(t, storm) : undefined;

    storm.traffic = FLOOD;
    await levelIs(page, 'refusing');
    assert.match(await page.locator('#detail').innerText(), /requests a second \(\d+ %\), mostly/);
    await page
      .locator('.wide .key li', { hasText: /^refused: / })
      .first()
      .waitFor();
    await page.getByLabel('by class').check();
    await page.locator('.wide .key li', { hasText: 'refused: sheddable' }).first().waitFor();
    await page.getByLabel('by reason').check();
    await picture?.flood();

    storm.hang();
    if (picture === undefined) storm.traffic = QUIET;
    const incident = page.locator('.incidents li').first();
    await incident.getByText('Event loop blocked').waitFor({ timeout: DEADLINE_MS });
    await incident.locator('[data-outcome=recovered]').waitFor({ timeout: DEADLINE_MS });
    assert.match(await incident.innerText(), /in matchForEver .*✓ healed after/s);
    const restarts = page.locator('#worker-rows tr td:nth-child(5)');
    await until('a restart in the table', async () => (await restarts.allInnerTexts()).includes('1'));
    await picture?.take(browser, await running.management());

    storm.traffic = QUIET;
    await levelIs(page, 'well');
    assert.match(await page.locator('#detail').innerText(), /1 fault has healed in the last 24 hours/);

    const report = page.waitForEvent('popup');
    await incident.getByRole('link').click();
    await (await report).locator('h1', { hasText: 'matchForEver' }).waitFor();

    await page.getByText('The same as a table').click();
    await page.locator('#table tbody tr').first().waitFor();
    await checkAccessibility(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await checkAccessibility(page);
    assert.deepEqual(complaints, []);
    const own = new URL(await running.management()).origin;
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(`${own}/`) && !url.startsWith('data:')),
      [],
    );
  });

  test('says of every curve what it shows, and fits a phone', async (t) => {
    const storm = new MailStorm(t, await shared.port());
    storm.traffic = QUIET;
    // The page describes what it finds, and again after ten seconds.
    await shared.untilStatus('something to describe', ({ totals }) =>
      totals.requests.some(({ decision, count }) => decision === 'admitted' && count > 50),
    );
    const { page, complaints } = await open(t, browser, await shared.management(), 390);
    await until('a description of each curve', async () => page.evaluate<boolean>(DESCRIBED));
    const described = await page.locator('canvas').first().getAttribute('aria-label');
    assert.match(described ?? '', /^Requests: served [\d.]+ now, [\d.]+ at most/);
    const called = page.locator('#outbound-rows tr', { hasText: 'http://127.0.0.1:' });
    await called
      .filter({ hasText: /closed/ })
      .filter({ hasText: /\d ms/ })
      .waitFor();
    assert.match(await called.innerText(), /^http:\S+\s+[\d.]+\s+0 %\s/);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    await checkAccessibility(page);
    assert.deepEqual(complaints, []);
  });

  test('a connection that breaks goes on without a gap', async (t) => {
    const between = await proxy(t, Number(new URL(await shared.management()).port));
    const { page } = await open(t, browser, `http://127.0.0.1:${between.port}`);
    await page.locator('#link[data-link=open]').waitFor();
    await until('some moments', () => between.moments().length >= 3);
    await between.cut();
    await page.getByText('Connection lost, trying again').waitFor();
    const seen = between.moments().length;
    // Meanwhile the supervisor goes on, once a second.
    const sampledAt = sampledSeconds((await shared.status()).workers);
    await shared.untilStatus('some samples', ({ workers }) => sampledSeconds(workers) >= sampledAt + 2.5);
    await between.listen();
    await page.locator('#link[data-link=open]').waitFor({ timeout: DEADLINE_MS });
    await until('more moments', () => between.moments().length >= seen + 3);
    const events = between.moments();
    assert.equal(events.filter(({ isFresh }) => isFresh).length, 1, 'only the first begins anew');
    let next = 0;
    for (const { from, sinceMs } of events) {
      assert.equal(from, next, 'no gap, and nothing twice');
      next = from + sinceMs.length;
    }
    const missed = events.find(({ from, sinceMs, isFresh }) => !isFresh && from > 0 && sinceMs.length > 1);
    assert.ok(missed, 'what was missed came in one piece');
  });

  test('captures come as files; a restart replaces the workers', async (t) => {
    const { page, complaints } = await open(t, browser, await shared.management());
    await page.locator('#of-worker option').first().waitFor({ state: 'attached' });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Stack' }).click();
    await page.getByRole('button', { name: 'Capture', exact: true }).click();
    assert.match((await download).suggestedFilename(), /stack/);
    await page.getByText(/^Saved as .*stack/).waitFor();
    await page.getByRole('button', { name: 'Restart workers' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByText('The workers are being restarted.').waitFor();
    await shared.untilStatus(
      'new workers',
      ({ restarts, restarting }) => !restarting && restarts.rolling === 2,
    );
    assert.deepEqual(complaints, []);
  });

  test('by keyboard: a dry run, asked for twice; Escape leaves it', async (t) => {
    const { page } = await open(t, browser, await shared.management());
    await page.locator('#link[data-link=open]').waitFor();
    await page.locator('#of-worker option').first().waitFor({ state: 'attached' });
    await tabTo(page, '#dry-run');
    await page.keyboard.press('Enter');
    await page.locator('#confirm[open]').waitFor();
    await checkAccessibility(page);
    await page.keyboard.press('Escape');
    await page.locator('#confirm:not([open])').waitFor({ state: 'attached' });
    assert.equal((await shared.status()).dryRun, false);
    await page.keyboard.press('Enter');
    await tabTo(page, '#confirm-yes');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is refused from now on.').waitFor();
    await page.getByRole('button', { name: 'End dry run' }).waitFor();
    assert.equal((await shared.status()).dryRun, true);
    assert.equal(await page.evaluate('document.activeElement.id'), 'dry-run', 'the focus is where it was');
  });

  test('from elsewhere it shows what everybody may see, and all with the token', async (t) => {
    const running = await mailbox(t, {
      options: ['--management', '0.0.0.0:0'],
      env: { RESPITE_MANAGEMENT_TOKEN: 'open-sesame' },
    });
    const line = await running.logs(/management on http:\/\/0\.0\.0\.0/);
    const url = `http://127.0.0.1:${/:(\d+)$/.exec(line.msg)?.[1]}`;
    const { page, complaints } = await open(t, browser, url);
    await page.getByRole('button', { name: 'Enter token' }).waitFor();
    assert.ok(await page.locator('#actions').isHidden());
    new MailStorm(t, await running.port()).hang();
    const incident = page.locator('.incidents li').first();
    await incident.getByText('Event loop blocked').waitFor({ timeout: DEADLINE_MS });
    assert.doesNotMatch(await incident.innerText(), /hang|match/);
    assert.deepEqual(complaints, []);

    await page.getByRole('button', { name: 'Enter token' }).click();
    await checkAccessibility(page);
    await page.getByLabel('Token', { exact: true }).fill('open-barley');
    await page.keyboard.press('Enter');
    await page.locator('#token-problem', { hasText: 'the token is wrong' }).waitFor();
    await page.getByLabel('Token', { exact: true }).fill('open-sesame');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Drain' }).waitFor();
    await incident.getByText('matchForEver').waitFor({ timeout: DEADLINE_MS });
    await incident.locator('[data-outcome=recovered]').waitFor({ timeout: DEADLINE_MS });
    const report = page.waitForEvent('popup');
    await incident.getByRole('link').click();
    const opened = await report;
    await opened.locator('h1', { hasText: 'matchForEver' }).waitFor();
    assert.doesNotMatch(opened.url(), /sesame/);
    await page.reload();
    await page.getByRole('button', { name: 'Drain' }).click();
    await page.locator('#confirm-yes').click();
    await levelIs(page, 'leaving');
  });
});

// A string, because it runs in the browser.
const DESCRIBED = `[...document.querySelectorAll('figure:not([hidden]) canvas')].every((canvas) => canvas.ariaLabel.length > 30)`;

interface Opened {
  readonly page: Page;
  /** Everything that the browser complained about: breaches of the policy too. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

async function mailbox(t: Cleanup, given: RespiteOptions = {}): Promise<RunningRespite> {
  const port = await origin(t);
  const env = {
    ORIGIN: String(port),
    ...(takesPictures ? {} : WAITING),
    ...given.env,
  };
  const running = respite(t, '../../browser/fixtures/mailbox.mjs', {
    ...given,
    env,
    config: { ...CONFIG, client: { origins: { [`http://127.0.0.1:${port}`]: {} } } },
  });
  await running.port();
  return running;
}

async function open(t: TestContext, browser: Browser, url: string, width: number = 1280): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    acceptDownloads: true,
    // An animation has the whole page painted 60 times a second.
    reducedMotion: 'reduce',
  });
  t.after(() => context.close());
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  const { complaints, requests } = watch(context);
  await page.goto(url);
  return { page, complaints, requests };
}

function watch(context: BrowserContext): { complaints: string[]; requests: string[] } {
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on('console', (message) => complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('request', (asked) => requests.push(asked.url()));
  return { complaints, requests };
}

async function levelIs(page: Page, level: string): Promise<void> {
  await page.locator(`#verdict[data-level=${level}]`).waitFor({ timeout: DEADLINE_MS });
}

/** WCAG 2.2, A and AA, and what axe calls best practice. */
async function checkAccessibility(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>('axe.run()');
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`),
    [],
  );
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

interface Between {
  readonly port: number;
  /** All that came through it, of all connections. */
  readonly moments: () => readonly Moments[];
  /** Ends the connections and takes no more. */
  readonly cut: () => Promise<void>;
  readonly listen: () => Promise<void>;
}

/** Stands between page and port. */
async function proxy(t: TestContext, to: number): Promise<Between> {
  const seen: Moments[] = [];
  let port = 0;
  let server: Server;
  const forward: RequestListener = ({ method, url, headers }, response) => {
    const parser = new EventParser();
    // What was on its way when the connection broke did not arrive: the page says what was the last that did.
    const arrived = /-(\d+)$/.exec(String(headers['last-event-id'] ?? ''))?.[1] ?? Infinity;
    const lost = seen.findIndex(({ from, sinceMs }) => from + sinceMs.length > Number(arrived));
    if (lost !== -1) seen.splice(lost);
    const behind = request({ host: '127.0.0.1', port: to, method, path: url, headers, agent: false });
    behind.on('error', () => response.destroy());
    response.on('close', () => behind.destroy());
    behind.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
      if (url !== '/events') return;
      answer.on('data', (chunk: Buffer) => {
        for (const { type, data } of parser.push(chunk.toString())) {
          if (type === 'moments') seen.push(JSON.parse(data) as Moments);
        }
      });
    });
    behind.end();
  };
  const listen = async (): Promise<void> => {
    server = createServer(forward).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen();
  t.after(cut);
  return { port, moments: () => seen, cut, listen };
}

interface Picture {
  flood(): Promise<void>;
  take(browser: Browser, url: string): Promise<void>;
}

/** A minute of quiet before the flood, half a minute of it: something to see. */
async function preface(t: TestContext, storm: MailStorm): Promise<Picture> {
  storm.slowClients(t, 2);
  await delay(35_000);
  storm.slowClients(t, 4);
  return {
    flood: async () => delay(22_000),
    take: async (browser, url) => {
      await delay(14_000);
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({
          viewport: { width: 1280, height: 900 },
          colorScheme,
        });
        const page = await context.newPage();
        await page.goto(url);
        await levelIs(page, 'refusing');
        await delay(3000);
        await takePicture(page, colorScheme === 'dark' ? 'console-dark' : 'console');
        await context.close();
      }
    },
  };
}
