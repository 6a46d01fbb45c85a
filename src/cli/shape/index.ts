import { existsSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../../core/errors.ts';
import { count } from '../../core/units.ts';
import type { LoadShape } from '../../load/index.ts';
import { instancePort } from '../instances/index.ts';
import { timeOf } from '../load/flags.ts';
import { Progress } from '../load/progress.ts';
import { write } from '../output.ts';
import { printable } from '../printable.ts';
import { usageError } from '../usage.ts';
import { ask } from '../view/answer.ts';
import { openOutput } from '../view/output.ts';
import { duration, size } from '../words.ts';
import { writeShape } from './file.ts';
import { Gathered } from './gathered.ts';
import type { ShapeRequest } from './request.ts';
import { recordFrom } from './stream.ts';

const DEFAULT_MS = 60_000;
const MAX_MS = 3_600_000;

/** As a shell reports a command that was interrupted. */
const INTERRUPTED = 130;

const PROGRESS_MS = 1000;

/** `respite shape record`. Resolves with the exit code. */
export async function record(flags: ShapeRequest): Promise<number> {
  const forMs = flags.for === undefined ? DEFAULT_MS : timeOf('--for', flags.for);
  if (!(forMs > 0 && forMs <= MAX_MS))
    throw usageError(`--for takes a time above 0, at most 1h, got ${JSON.stringify(flags.for)}`);
  const port = instancePort(flags);
  const startedAt = new Date();
  const file = path.resolve(flags.output ?? `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.shape`);
  if (existsSync(file)) throw usageError(`${file} exists already: name another file with --output`);
  const gathered = new Gathered();
  const progress = new Progress();
  const shown = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
    progress.line(
      `${seconds} s: ${count(gathered.requests)} requests of ${count(gathered.routes)} ${gathered.routes === 1 ? 'route' : 'routes'}`,
    );
  }, PROGRESS_MS);
  const { ended } = openOutput();
  ended.addEventListener(
    'abort',
    // If it can't be asked, it ends by itself, and the stream with it.
    () => void ask(port, 'POST', '/shape/stop').catch(() => {}),
    { once: true },
  );
  const said = await recordFrom(port, forMs / 1000, ended, (recorded) => gathered.add(recorded)).finally(
    () => {
      clearInterval(shown);
      progress.end();
    },
  );
  const { requests } = gathered;
  // Without a last word of the instance, it lasted until the connection was cut.
  const elapsedMs = Date.now() - startedAt.getTime();
  const end = said ?? { durationMs: elapsedMs, requests, dropped: 0, lostWorkers: 0 };
  if (requests === 0) {
    const until = said === undefined ? ' until the instance ended' : '';
    const what = `no request came in ${duration(end.durationMs)}${until}, so no shape is written`;
    throw new RespiteError('RESPITE_CLI_SHAPE', what);
  }
  const shape = gathered.shape(startedAt, end.durationMs, end.dropped);
  const bytes = writeShape(file, shape);
  const missing = missingOf(end.dropped, end.lostWorkers);
  if (flags.json === true)
    write('stdout', `${JSON.stringify({ file, bytes, ...end, routes: routesOf(shape) })}\n`);
  else write('stdout', text(file, bytes, shape, missing));
  if (ended.aborted) return INTERRUPTED;
  if (said !== undefined) return 0;
  write('stderr', 'respite: the instance ended during the recording: what came until then is written\n');
  return 1;
}

function text(file: string, bytes: number, shape: LoadShape, missing: readonly string[]): string {
  const { atMs, durationMs } = shape;
  const routes = Object.entries(routesOf(shape)).toSorted(([, a], [, b]) => b - a);
  return [
    `${printable(file)} (${size(bytes)}): ${count(atMs.length)} requests in ${duration(durationMs)}`,
    ...routes.map(([route, requests]) => `${count(requests).padStart(10)}  ${printable(route)}`),
    ...missing,
    '',
  ].join('\n');
}

/** Requests by route. */
function routesOf({ routes, kinds }: LoadShape): Readonly<Record<string, number>> {
  const counts = routes.map(() => 0);
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.fromEntries(routes.map(({ method, route }, i) => [`${method} ${route}`, counts[i] ?? 0]));
}

function missingOf(dropped: number, lostWorkers: number): readonly string[] {
  return [
    ...(dropped > 0 ? [`dropped for lack of room: ${count(dropped)} requests`] : []),
    ...(lostWorkers > 0
      ? [
          `workers that ended or were blocked meanwhile: ${lostWorkers}; up to 250 ms of their arrivals, and their requests in flight, are missing`,
        ]
      : []),
  ];
}
