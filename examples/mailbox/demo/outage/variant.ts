// Three tiers and their callers: the first calls the second, that the third, which answers 503 during the outage. Prints a line of JSON
// for each second. Arguments: client, seconds before the outage, of the outage, and after it.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createCall } from './client.ts';
import { CALLS_PER_SECOND, CLIENTS, type Second } from './plan.ts';

const [name, ...times] = process.argv.slice(2);
const [calmS = 0, outageS = 0, afterS = 0] = times.map(Number);
const client = CLIENTS.find((each) => each === name) ?? 'naive';
const startMs = performance.now();
let arrived = 0;
let calls = 0;
let served = 0;
let ended = 0;

function isDown(): boolean {
  const seconds = (performance.now() - startMs) / 1000;
  return seconds >= calmS && seconds < calmS + outageS;
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A tier that asks the one below for each request, and answers with what that says. */
async function tierAbove(url: string): Promise<string> {
  const call = createCall(client);
  return await listen((_request, response) => {
    call(url).then(
      (status) => response.writeHead(status === 0 ? 504 : status).end(),
      () => response.writeHead(502).end(),
    );
  });
}

const bottom = await listen((_request, response) => {
  arrived += 1;
  response.writeHead(isDown() ? 503 : 200).end();
});
const top = await tierAbove(await tierAbove(bottom));
const call = createCall(client);

async function one(): Promise<void> {
  calls += 1;
  const status = await call(top).catch(() => 0);
  ended += 1;
  if (status === 200) served += 1;
}

for (let second = 1; second <= calmS + outageS + afterS; second += 1) {
  const endMs = startMs + second * 1000;
  for (let i = 0; i < CALLS_PER_SECOND; i += 1) {
    void one();
    const leftMs = endMs - performance.now();
    await delay(Math.max(0, leftMs / (CALLS_PER_SECOND - i)));
  }
  const now: Second = { calls, served, ended, arrived };
  console.log(JSON.stringify(now));
  [calls, served, ended, arrived] = [0, 0, 0, 0];
}
process.exit();
