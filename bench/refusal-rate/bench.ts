// How many requests a full server can refuse in a second: with one core for it, kept-alive connections.
import { connect } from 'node:net';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { chooseGenerator, closedLoop, type Throughput } from '../lib/closed-loop.ts';
import { medianAndRange, percent, perSecond } from '../lib/format.ts';
import { listen } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';

const MIN_PER_SECOND = 25_000;
const CONNECTIONS = 32;
const REFUSED = 503;

export const refusalRate: Benchmark = {
  name: 'refusal-rate',
  summary: 'requests a second that a full server refuses, with its core saturated, on kept-alive connections',
  pinned: true,
  measures: ['src/admission', 'src/worker'],
  spread: 'rounds; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 2 : 7;
    const seconds = quick ? 1 : 3;
    const generator = chooseGenerator();
    const { server, port } = await listen('respite', 'hold.mjs', { options: ['--limit', '1'] });
    const held = connect({ host: '127.0.0.1', port });
    held.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await server.says(/holding (\/)/);
    const bodyBytes = await refusalBytes(port);
    const load = (): Promise<Throughput> =>
      closedLoop(generator, { port, bodyBytes, status: REFUSED, connections: CONNECTIONS, seconds });
    await load(); // the server's warm-up
    const results: Throughput[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const result = await load();
      results.push(result);
      const { server: serverCore, load: loadCore } = result.cores;
      say(
        `${perSecond(result.perSecond)}, server's core ${percent(serverCore)} busy, load's ${percent(loadCore)}` +
          (result.isVoid ? ', INVALID' : ''),
      );
    }
    held.destroy();
    return report(results, rounds, seconds);
  },
};

/** The length of a refusal's body, which our own generator has to know. */
async function refusalBytes(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const { byteLength } = await response.arrayBuffer();
  if (response.status !== REFUSED) throw new Error(`the full server answered ${response.status}`);
  return byteLength;
}

function report(results: readonly Throughput[], rounds: number, seconds: number): Outcome {
  const valid = results.filter(({ isVoid }) => !isVoid).map((result) => result.perSecond);
  // A generator that was the limit has shown that the server can do at least as much.
  const figure = median(valid.length > 0 ? valid : results.map((result) => result.perSecond));
  const core = median(results.map(({ cores }) => cores.server ?? NaN));
  return {
    goals: [
      {
        what: 'refusals',
        goal: `≥ ${perSecond(MIN_PER_SECOND)}`,
        figure: `${valid.length > 0 ? '' : 'at least '}${perSecond(figure)}`,
        holds: figure >= MIN_PER_SECOND,
      },
    ],
    tables: [
      {
        title: 'Median (least to most) of the rounds',
        columns: ['refusals', "server's core busy"],
        rows: [[medianAndRange(valid, perSecond), percent(core)]],
      },
    ],
    notes: [
      'One request holds the only slot; every other one is answered 503.',
      `Invalid rounds, left out: ${rounds - valid.length} (generator's core saturated, server's not).`,
    ],
    settings: {
      generator: chooseGenerator(),
      rounds,
      'seconds of each round': seconds,
      connections: CONNECTIONS,
    },
    measurements: results,
  };
}
