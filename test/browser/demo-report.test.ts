import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launch, skip } from './chromium.ts';
import { renderCacheReport } from '../../examples/mailbox/demo/cache/report.ts';
import { renderReport } from '../../examples/mailbox/demo/report.ts';
import { sampleCacheRun } from '../../examples/mailbox/test/sample-cache-run.ts';
import { sampleRun } from '../../examples/mailbox/test/sample-run.ts';

interface Opened {
  readonly page: Page;
  /** Everything that the browser complained about. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

describe('the report of the demonstration', { skip }, () => {
  let browser: Browser;
  let directory: string;
  let url: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-report-'));
    const file = join(directory, 'index.html');
    await writeFile(file, await renderReport(sampleRun()));
    url = pathToFileURL(file).href;
    browser = await launch();
  });

  after(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async (width: number, colorScheme: 'light' | 'dark', report = url): Promise<Opened> => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(report);
    await page.waitForSelector('#charts canvas');
    return { page, complaints, requests };
  };

  // A string, because it runs in the browser: the colours of the pixels of each canvas, without the empty ones.
  const COLOURS_ON_CANVASES = `[...document.querySelectorAll('#charts canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add([data[i], data[i + 1], data[i + 2]].join());
    return [...colours];
  })`;

  for (const [width, colorScheme] of [
    [1200, 'light'],
    [1200, 'dark'],
    [390, 'light'],
  ] as const) {
    test(`draws its curves, ${colorScheme}, ${width} pixels wide, and asks nobody for anything`, async () => {
      const { page, complaints, requests } = await open(width, colorScheme);
      const canvases = await page.evaluate<string[][]>(COLOURS_ON_CANVASES);
      const [without, withRespite] =
        colorScheme === 'light' ? ['194,65,12', '15,118,110'] : ['251,146,60', '45,212,191'];
      assert.equal(canvases.length, 6);
      // The other side's curve may lie on top of one; the last chart shows Respite only.
      for (const colours of canvases) assert.ok(colours.includes(withRespite));
      assert.ok(canvases[0]?.includes(without));
      assert.deepEqual(complaints, []);
      assert.deepEqual(
        requests.filter((requested) => requested !== url && !requested.startsWith('data:')),
        [],
      );
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'it fits the screen');
      await page.context().close();
    });
  }

  test('the report of the cache draws its curves too', async () => {
    const file = join(directory, 'cache.html');
    await writeFile(file, await renderCacheReport(sampleCacheRun()));
    const { page, complaints } = await open(1200, 'light', pathToFileURL(file).href);
    const canvases = await page.evaluate<string[][]>(COLOURS_ON_CANVASES);
    assert.equal(canvases.length, 4);
    for (const colours of canvases) assert.ok(colours.includes('15,118,110'));
    assert.ok(canvases[0]?.includes('194,65,12'));
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator('.scroll tbody tr').count(), 3 + 7);
    await page.context().close();
  });

  test('has the numbers in a table that says which column is which', async () => {
    const { page } = await open(1200, 'light');
    assert.deepEqual(await page.locator('thead th[scope=col]').allTextContents(), [
      'without Respite',
      'with Respite',
      'goal',
    ]);
    const lost = page.locator('tbody tr', { has: page.locator('th[scope=row]', { hasText: /^lost$/ }) });
    assert.deepEqual(await lost.locator('td').allTextContents(), ['0', '0', '0']);
    await page.context().close();
  });

  test('every chart has a name for those who cannot see it', async () => {
    const { page } = await open(1200, 'light');
    const names = await page
      .locator('#charts [role=img]')
      .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label') ?? ''));
    assert.equal(names.filter((name) => name.length > 20).length, 6);
    await page.context().close();
  });
});
