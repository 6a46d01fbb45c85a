// Clients that read a large response slowly while the server restarts under them.
import assert from 'node:assert/strict';
import http from 'node:http';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect2 } from './http.ts';
import { respite } from './respite.ts';

const MB = 1024 * 1024;

/** How much a client reads in all, and how fast. */
export interface Pace {
  readonly megabytes: number;
  readonly megabytesPerSecond: number;
}

/** The goal of the design. */
export const SLOW: Pace = { megabytes: 5, megabytesPerSecond: 1 };

/** More than the kernel's buffers hold, so that most of the response waits in the worker when it drains. */
export const LARGE: Pace = { megabytes: 20, megabytesPerSecond: 4 };

/** Far enough into the response that it has been ended, and most of it not been read. */
const RESTART_AFTER_MS = 400;

/** Far more than a reader takes, also on a busy machine. */
const DRAIN_TIMEOUT_MS = 60_000;

interface Reading {
  readonly name: string;
  /** Resolves to the number of bytes that came before the end, or to why it came too early. */
  readonly whole: Promise<number | string>;
}

/** Counts what comes from `body`, never faster than the rate. */
async function count(body: Readable, { megabytesPerSecond }: Pace): Promise<number> {
  const startedMs = performance.now();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    const aheadMs = (bytes / (megabytesPerSecond * MB)) * 1000 - (performance.now() - startedMs);
    if (aheadMs > 0) await delay(aheadMs);
  }
  return bytes;
}

function why(error: unknown): string {
  return String(error);
}

function readHttp1(port: number, pace: Pace): Reading {
  const whole = new Promise<number>((resolve, reject) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: `/${pace.megabytes}`, agent: false },
      (response) => {
        count(response, pace).then(resolve, reject);
      },
    );
    request.on('error', reject);
  });
  return { name: 'HTTP/1', whole: whole.catch(why) };
}

function readHttp2(port: number, pace: Pace): Reading {
  const session = connect2(port, false);
  const stream = session.request({ ':path': `/${pace.megabytes}` });
  const whole = count(stream, pace).finally(() => session.destroy());
  return { name: 'HTTP/2', whole: whole.catch(why) };
}

/** Restarts all workers under two slow readers, again and again; each reader has to receive all of its response. */
export async function restartUnderSlowReaders(t: TestContext, restarts: number, pace: Pace): Promise<void> {
  const running = respite(t, 'large.mjs', {
    config: {
      admission: { limit: 1000, turnBudget: false, priority: false },
      supervisor: { drainTimeoutMs: DRAIN_TIMEOUT_MS, trialMs: 0 },
    },
  });
  const [http1, two] = [await running.port(0), await running.port(1)];
  const truncated: string[] = [];
  for (let restart = 1; restart <= restarts; restart += 1) {
    await running.ready();
    const readings = [readHttp1(http1, pace), readHttp2(two, pace)];
    await delay(RESTART_AFTER_MS);
    running.signal('SIGHUP');
    for (const { name, whole } of readings) {
      const bytes = await whole;
      if (bytes !== pace.megabytes * MB) truncated.push(`restart ${restart}, ${name}: ${bytes}`);
    }
    await running.untilStatus(`restart ${restart}`, (status) => status.restarts.rolling >= restart);
  }
  t.diagnostic(`${truncated.length} of ${2 * restarts} responses were truncated`);
  assert.deepEqual(truncated, [], running.transcript());
}
