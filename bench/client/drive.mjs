// Makes calls through undici, bare and with the client, in blocks that alternate, and prints what each block took of the processor.
// ORIGIN: a server to call; without one, a dispatcher in this process answers at once. CALLS: calls of a block. BLOCKS: pairs of blocks.
import { createHook } from 'node:async_hooks';
import { Agent, Dispatcher, request } from 'undici';
import { createClient } from 'respite/client';

const IN_FLIGHT = 50;
const calls = Number(process.env.CALLS);
const blocks = Number(process.env.BLOCKS);
const origin = process.env.ORIGIN ?? 'http://origin.example';

/** Answers at once, as undici does after it has read a response. */
class Memory extends Dispatcher {
  #headers = { 'content-type': 'text/plain', 'content-length': '13', connection: 'keep-alive' };
  #body = Buffer.from('Hello, World!');

  dispatch(_options, handler) {
    const controller = {
      aborted: false,
      paused: false,
      reason: null,
      rawHeaders: [],
      abort() {},
      pause() {},
      resume() {},
    };
    handler.onRequestStart?.(controller, {});
    queueMicrotask(() => {
      handler.onResponseStart?.(controller, 200, this.#headers, 'OK');
      handler.onResponseData?.(controller, this.#body);
      handler.onResponseEnd?.(controller, {});
    });
    return true;
  }
}

const bare = process.env.ORIGIN === undefined ? new Memory() : new Agent({ connections: IN_FLIGHT });
const client = createClient();
const dispatchers = { bare, client: bare.compose(client.interceptor()) };

async function block(dispatcher, count) {
  const startedAt = process.cpuUsage();
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const { body } = await request(origin, { dispatcher });
      await body.dump();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  const { user, system } = process.cpuUsage(startedAt);
  return ((user + system) * 1000) / count;
}

/** Memory in use after a full collection. */
function used() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

async function compare() {
  const pairs = [];
  for (let i = -3; i < blocks; i += 1) {
    const order = i % 2 === 0 ? ['bare', 'client'] : ['client', 'bare'];
    const pair = {};
    for (const side of order) pair[side] = await block(dispatchers[side], calls);
    if (i >= 0) pairs.push(pair);
  }
  return pairs;
}

async function growth() {
  await block(dispatchers.client, calls);
  const before = used();
  await block(dispatchers.client, blocks * calls);
  return used() - before;
}

/** Timers that this many calls create. */
async function timers(side) {
  let created = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'Timeout') created += 1;
    },
  }).enable();
  await block(dispatchers[side], calls);
  hook.disable();
  return created;
}

const pairs = await compare();
const createdTimers = (await timers('client')) - (await timers('bare'));
console.log(JSON.stringify({ pairs, createdTimers, grownBytes: await growth() }));
client.close();
if (bare instanceof Agent) await bare.close();
