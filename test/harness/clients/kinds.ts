// The real clients that are killed in the middle of what they do, and how each is started.
import { lacks, locate, type Program } from '../programs.ts';
import { fixture } from '../respite.ts';

export interface Ports {
  readonly http: number;
  readonly http2: number;
  readonly grpc: number;
}

export interface ClientKind {
  readonly name: string;
  /** Undefined for what npm has installed. */
  readonly program?: Program;
  /** It prints `going` when it is at work; the others are when the worker has decided on a request of theirs. */
  readonly saysGoing?: boolean;
  /** It is killed this long after that, at random; in milliseconds. */
  readonly killedWithinMs: number;
  /** One of them for each kill, in turn. @param file A file of 300 KB to upload. */
  commands(ports: Ports, file: string): readonly (readonly string[])[];
}

const library = (name: string, port: keyof Ports): ClientKind => ({
  name,
  saysGoing: true,
  killedWithinMs: 40,
  commands: (ports) => [[process.execPath, fixture('client.mjs'), name, String(ports[port])]],
});

export const chromium: string = process.env['CHROMIUM_PATH'] ?? locate('chromium') ?? 'chromium';

const MANY = '[1-500]';

export const CLIENTS: readonly ClientKind[] = [
  library('ws', 'http'),
  library('undici', 'http'),
  library('grpc', 'grpc'),
  {
    name: 'curl',
    program: 'curl',
    killedWithinMs: 40,
    commands({ http, http2 }, file) {
      const many = ['--silent', '--output', '/dev/null', '--parallel', '--parallel-immediate'];
      const one = `http://127.0.0.1:${http}/${MANY}`;
      const two = `http://127.0.0.1:${http2}/${MANY}`;
      const prior = '--http2-prior-knowledge';
      return [
        ['curl', ...many, one],
        ['curl', ...many, '--head', one],
        ['curl', ...many, '--upload-file', file, one],
        ['curl', ...many, '--header', 'Transfer-Encoding: chunked', '--data-binary', `@${file}`, one],
        ['curl', ...many, '--header', 'Connection: Upgrade', '--header', 'Upgrade: websocket', one],
        ['curl', ...many, prior, two],
        ['curl', ...many, prior, '--head', two],
        ['curl', ...many, prior, '--upload-file', file, two],
      ];
    },
  },
  {
    name: 'h2load',
    program: 'h2load',
    killedWithinMs: 60,
    commands({ http2 }, file) {
      const load = ['h2load', '--requests=1000000', '--clients=4', '--max-concurrent-streams=20'];
      const url = `http://127.0.0.1:${http2}/`;
      return [
        [...load, url],
        [...load, '--header=:method: HEAD', url],
        [...load, `--data=${file}`, url],
        [...load, '--window-bits=1', url],
      ];
    },
  },
  {
    name: 'nghttp',
    program: 'nghttp',
    killedWithinMs: 30,
    commands({ http2 }, file) {
      const url = `http://127.0.0.1:${http2}/`;
      return [
        ['nghttp', '--null-out', '--multiply=200', url],
        ['nghttp', '--null-out', '--multiply=200', '--header=:method: HEAD', url],
        ['nghttp', '--null-out', '--multiply=50', `--data=${file}`, url],
        ['nghttp', '--null-out', '--multiply=200', '--window-bits=1', url],
      ];
    },
  },
  {
    name: 'Chromium',
    program: 'chromium',
    killedWithinMs: 300,
    commands: ({ http }) => [
      [
        chromium,
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--user-data-dir=profile', // in the working directory
        '--timeout=60000',
        '--dump-dom',
        `http://127.0.0.1:${http}/page`,
      ],
    ],
  },
];

/** Why this client can't be started here; false when it can. */
export function missing({ program }: ClientKind): string | false {
  return program === undefined ? false : lacks(program);
}
