// A large POST that is refused: what does the client see, and how much of it did the server read?
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { kilobytes, ms } from '../lib/format.ts';
import { oneRequest } from '../lib/one-request.ts';
import { listen } from '../lib/server.ts';
import { overTcp, type Seen, type SendBody, type Way, withNodeHttp, withUndici } from './clients.ts';
import { canAskKernel, KernelReads } from './kernel-reads.ts';

const BODY_BYTES = 40 * 1024 * 1024;
const MAX_READ_BYTES = 256 * 1024;
const REFUSED_STATUS = 503;
const HOLD_MS = 300_000;
const CLOSE_MS = 3000;
const MAX_ATTEMPTS = 5;

const CLIENTS: readonly { readonly name: string; readonly ways: readonly Way[]; readonly send: SendBody }[] =
  [
    { name: 'TCP', ways: ['keep-alive', 'close', 'expect', 'chunked'], send: overTcp },
    { name: 'node:http', ways: ['keep-alive', 'close', 'expect', 'chunked'], send: withNodeHttp },
    { name: 'undici', ways: ['keep-alive', 'close', 'chunked'], send: withUndici },
  ];

interface Case extends Seen {
  readonly client: string;
  readonly way: Way;
  readonly round: number;
  /** What the client had sent, which is an upper bound, if the connection was gone too soon to ask the kernel. */
  readonly readBytes: number | undefined;
  readonly samples: number;
}

export const refusal: Benchmark = {
  name: 'refusal',
  summary: 'a POST of 40 MB is refused: what the client sees, and how much the server read',
  pinned: true,
  measures: ['src/admission/shed', 'src/admission/transport'],
  spread: 'rounds of each client; the worst of them counts',
  async run({ quick, say }: Context): Promise<Outcome> {
    if (!canAskKernel()) throw new Error('refusal needs ss (Debian package iproute2)');
    const rounds = quick ? 1 : 5;
    const { server, port } = await listen('respite', 'hold.mjs', { options: ['--limit', '1'] });
    void oneRequest(port, HOLD_MS); // takes the only place
    await server.says(/^(holding)/m);
    const cases: Case[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const { name, ways, send } of CLIENTS) {
        for (const way of ways) {
          const result = { client: name, way, round, ...(await attempt(port, way, send)) };
          cases.push(result);
          say(`${name} ${way}: ${describe(result)}`);
        }
      }
    }
    return report(rounds, cases);
  },
};

/** Tries again when the connection was gone before the kernel could be asked, unless nothing of the body was sent anyway. */
async function attempt(
  port: number,
  way: Way,
  send: SendBody,
): Promise<Omit<Case, 'client' | 'way' | 'round'>> {
  for (let left = MAX_ATTEMPTS; ; left -= 1) {
    const reads = await KernelReads.watch(port);
    const seen = await send(port, way, BODY_BYTES);
    const { readBytes = seen.sentBytes, samples } = await reads.stop(CLOSE_MS);
    if (samples > 0 || (readBytes ?? Infinity) <= MAX_READ_BYTES || left === 1)
      return { ...seen, readBytes, samples };
  }
}

function describe({ status, afterMs, ending, readBytes }: Case): string {
  const what = status === undefined ? 'no status' : `${status} after ${ms(afterMs ?? NaN)}`;
  return `${what}, then ${ending}; ${readBytes === undefined ? 'unknown' : kilobytes(readBytes)} read`;
}

function report(rounds: number, cases: readonly Case[]): Outcome {
  const refusedBytes = cases.map(({ readBytes }) => readBytes ?? Infinity);
  const mostRead = Math.max(...refusedBytes);
  const seen = cases.filter(({ status }) => status === REFUSED_STATUS).length;
  return {
    goals: [
      {
        what: 'read of a refused POST of 40 MB, at most',
        goal: `≤ ${kilobytes(MAX_READ_BYTES)}`,
        figure: Number.isFinite(mostRead) ? kilobytes(mostRead) : 'unknown in some case',
        holds: mostRead <= MAX_READ_BYTES,
      },
      {
        what: `clients that saw ${REFUSED_STATUS}`,
        goal: 'all',
        figure: `${seen} of ${cases.length}`,
        holds: seen === cases.length,
      },
    ],
    tables: [
      {
        title: 'Each client and way to announce the body',
        columns: ['client', 'body', 'status', 'slowest', 'then', 'read at most'],
        rows: CLIENTS.flatMap(({ name, ways }) =>
          ways.map((way) => row(cases.filter((each) => each.client === name && each.way === way))),
        ),
      },
    ],
    notes: [
      'Read: bytes that the kernel received on the server’s end of the connection less those that lay unread (`ss -ti`), in the last sample before the connection was gone; if it was gone before the first sample, all that the client had sent. Response time includes making the client’s body.',
      'The TCP client goes on writing whatever it receives, but waits for 100 when it has asked for it. undici has no Expect over HTTP/1.',
    ],
    settings: { 'bytes of a body': BODY_BYTES, rounds },
    measurements: cases,
  };
}

function row(cases: readonly Case[]): readonly string[] {
  const distinct = (values: readonly string[]): string => [...new Set(values)].join(', ');
  const [first] = cases;
  const reads = cases.map(({ readBytes }) => readBytes ?? NaN);
  return [
    first?.client ?? '',
    first?.way ?? '',
    distinct(cases.map(({ status }) => String(status ?? 'none'))),
    ms(Math.max(...cases.map(({ afterMs }) => afterMs ?? NaN))),
    distinct(cases.map(({ ending }) => ending)),
    kilobytes(Math.max(...reads)),
  ];
}
