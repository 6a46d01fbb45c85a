// The report of a real incident, as somebody sees it in the morning.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launch, skip } from './chromium.ts';
import { echo, request } from '../harness/http.ts';
import { repository } from '../harness/nodes.ts';
import { endedIncident } from '../harness/incidents.ts';
import { respite, STATUS_PAUSE_MS } from '../harness/respite.ts';
import { DEADLINE_MS } from '../harness/until.ts';
import { takePicture, takesPictures } from './picture.ts';
import { sampledSeconds } from './sampled.ts';

const HOSTILE = '/%3Cscript%3E/<script>document.title="taken"</script>/<img-src=x-onerror=alert(1)>';

describe('the report of an incident', { skip }, () => {
  let browser: Browser;

  before(async () => {
    browser = await launch();
  });

  after(async () => {
    await browser.close();
  });

  test('says what happened, offline, on a phone and in the dark, and runs nothing', async (t) => {
    const running = respite(t, 'faults/blocked.mjs', {
      config: {
        supervisor: {
          stableMs: 300,
          detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 2500 } },
        },
      },
    });
    const port = await running.port();
    await running.ready();
    await running.until(
      'some seconds of curves',
      async () => {
        await echo(port, { path: '/honest' });
        return sampledSeconds((await running.status()).workers) > 4;
      },
      DEADLINE_MS,
      STATUS_PAUSE_MS,
    );
    for (const each of [HOSTILE, '/regex', '/busy-loop']) {
      request(port, { path: each }).catch(() => {});
    }
    const { id } = await endedIncident(running);
    const file = path.join(running.dir, '.respite/incidents', id, 'report.html');
    await running.until(
      'its report',
      () => existsSync(file) && readFileSync(file, 'utf8').includes('log.txt'),
    );
    for (const [width, colorScheme] of [
      [1200, 'light'],
      [1200, 'dark'],
      [390, 'light'],
    ] as const) {
      await look(browser, pathToFileURL(file).href, width, colorScheme);
    }
  });
});

async function look(
  browser: Browser,
  url: string,
  width: number,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (asked) => requests.push(asked.url()));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  await page.goto(url);
  assert.deepEqual(complaints, []);
  assert.deepEqual(
    requests.filter((asked) => asked !== url && !asked.startsWith('data:')),
    [],
  );
  assert.match(await page.title(), /^event-loop-blocked, worker 1, \d{4}-/);
  assert.match(
    await page.locator('h1').innerText(),
    /The event loop of worker 1 has been blocked for .*, in matchForEver \(/,
  );
  await checkOutline(page);
  assert.equal(await page.locator('script, img, iframe, object').count(), 0);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'it fits the screen');
  const charts = await page
    .locator('svg[role=img]')
    .evaluateAll((all) => all.map((chart) => chart.getAttribute('aria-label') ?? ''));
  assert.ok(charts.length >= 6 && charts.every((name) => name.length > 20), charts.join());
  assert.ok((await page.locator('svg .mark').count()) > 0, 'the moment is marked');
  assert.match(await page.locator('pre mark').first().innerText(), /\(a\+\)\+/);
  assert.ok(contrast(await page.evaluate<[string, string]>(TEXT_AND_GROUND)) >= 7, 'it can be read');
  const files = page.locator('section[aria-labelledby=files] a');
  assert.ok((await files.count()) >= 4);
  if (takesPictures && width === 1200 && colorScheme === 'light') {
    // Where the repository is on this machine says nothing to readers.
    await page.evaluate(
      `document.body.innerHTML = document.body.innerHTML.replaceAll('${repository}', '/srv/shop')`,
    );
    await takePicture(page, 'incident-report');
  }
  await context.close();
}

/** One main part and one title; every section has a heading, and none is skipped. */
async function checkOutline(page: Page): Promise<void> {
  assert.equal(await page.locator('main').count(), 1);
  assert.equal(await page.locator('h1').count(), 1);
  const levels = await page
    .locator('h1, h2, h3')
    .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
  assert.ok(
    levels.every((level, i) => level <= (levels[i - 1] ?? 0) + 1),
    levels.join(),
  );
  const unnamed = await page.evaluate(UNNAMED_SECTIONS);
  assert.equal(unnamed, 0);
  assert.equal(await page.locator('html[lang=en]').count(), 1);
}

// Strings, because they run in the browser.
const UNNAMED_SECTIONS = `[...document.querySelectorAll('section')].filter((section) => !document.getElementById(section.getAttribute('aria-labelledby'))?.textContent).length`;
const TEXT_AND_GROUND = `[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]`;

/** WCAG 2.2, contrast ratio. */
function contrast(colours: readonly [string, string]): number {
  const [light = 0, dark = 0] = colours.map(luminance).toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [...colour.matchAll(/\d+/g)].map(([part]) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
