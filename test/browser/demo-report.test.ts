import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launch, skip } from './chromium.ts';
import { renderCacheReport } from '../../examples/mailbox/demo/cache/report.ts';
import { renderReport } from '../../examples/mailbox/demo/report.ts';
import { sampleCacheRun } from '../../examples/mailbox/test/sample-cache-run.ts';
import { sampleRun } from '../../examples/mailbox/test/sample-run.ts';
import { repository } from '../harness/nodes.ts';
import { takePicture, takesPictures } from './picture.ts';

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
    await page.waitForSelector('.charts svg');
    return { page, complaints, requests };
  };

  // A string, because it runs in the browser: the colors of the curves of each chart.
  const COLORS = `[...document.querySelectorAll('.charts svg')].map((chart) =>
    [...chart.querySelectorAll('.line')].map((line) => getComputedStyle(line).stroke))`;

  for (const [width, colorScheme] of [
    [1200, 'light'],
    [1200, 'dark'],
    [390, 'light'],
  ] as const) {
    test(`draws its curves, ${colorScheme}, ${width} pixels wide, without a script or the network`, async () => {
      const { page, complaints, requests } = await open(width, colorScheme);
      const [without, withRespite, shed] =
        colorScheme === 'light'
          ? ['rgb(194, 65, 12)', 'rgb(15, 118, 110)', 'rgb(79, 70, 200)']
          : ['rgb(240, 124, 43)', 'rgb(43, 184, 166)', 'rgb(165, 180, 252)'];
      const both = [without, withRespite];
      assert.deepEqual(await page.evaluate<string[][]>(COLORS), [
        both,
        both,
        both,
        both,
        both,
        [withRespite, shed],
      ]);
      assert.equal(await page.locator('.charts .span').count(), 6, 'the flood is shaded');
      assert.equal(await page.locator('script').count(), 0);
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
    assert.deepEqual(
      (await page.evaluate<string[][]>(COLORS)).map(({ length }) => length),
      [2, 2, 2, 1],
    );
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
      .locator('.charts [role=img]')
      .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label') ?? ''));
    assert.equal(names.filter((name) => name.length > 20).length, 6);
    await page.context().close();
  });

  // Figures of a picture are measured, not made up: it plays the demonstration, which takes some minutes.
  if (takesPictures) {
    test('shows a real flood', async () => {
      const file = join(directory, 'flood.html');
      const main = join(repository, 'examples/mailbox/demo/main.ts');
      await promisify(execFile)(process.execPath, [main, '--report', file], { cwd: directory });
      const { page } = await open(1180, 'light', pathToFileURL(file).href);
      await takePicture(page, 'demo-report');
      await page.context().close();
    });
  }
});
