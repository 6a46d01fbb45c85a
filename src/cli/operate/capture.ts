import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ON_DEMAND, type OnDemand } from '../../supervisor/incidents/evidence/captures.ts';
import type { StackFrame } from '../../worker/index.ts';
import { write } from '../output.ts';
import { printable } from '../printable.ts';
import { usageError } from '../usage.ts';
import { ask, askStatus, type ManagementPort } from '../view/answer.ts';
import { size } from '../words.ts';
import { refused } from './refused.ts';
import type { CaptureFlags } from './request.ts';

/** A heap of gigabytes takes minutes to write; the supervisor itself gives up after ten. */
const TIMEOUT_MS = 660_000;

/** `respite capture`: prints a stack, writes a profile, or prints where a heap snapshot was written. */
export async function capture(port: ManagementPort, what: string, flags: CaptureFlags): Promise<number> {
  const { seconds, output, json = false } = flags;
  if (!isOnDemand(what))
    throw usageError(`capture takes ${ON_DEMAND.join(', ')}, got ${JSON.stringify(what)}`);
  if (seconds !== undefined && !/^\d+(\.\d+)?$/.test(seconds))
    throw usageError(`--seconds must be a number from 0 to 60, got ${JSON.stringify(seconds)}`);
  const worker = await workerOf(port, flags.worker);
  const query = new URLSearchParams({ worker, ...(seconds === undefined ? {} : { seconds }) });
  const answered = await ask(port, 'POST', `/capture/${what}?${query.toString()}`, '', TIMEOUT_MS);
  const { status, body } = answered;
  if (status !== 200 && status !== 201) throw refused(port, answered);
  if (what === 'stack') {
    write('stdout', json ? `${body.trim()}\n` : stackText(body));
    return 0;
  }
  let found: { readonly file: string; readonly bytes: number };
  if (status === 201) {
    found = JSON.parse(body) as typeof found;
    if (output !== undefined)
      write('stderr', 'respite: --output does not move a heap snapshot: the worker has written it itself\n');
  } else {
    const file = path.resolve(output ?? `worker-${worker}.${what.replace('-', '')}`);
    save(file, body);
    found = { file, bytes: Buffer.byteLength(body) };
  }
  const { file, bytes } = found;
  const text = json
    ? JSON.stringify({ what, worker: Number(worker), file, bytes })
    : `${what} of worker ${worker}: ${printable(file)} (${size(bytes)})`;
  write('stdout', `${text}\n`);
  return 0;
}

function isOnDemand(what: string): what is OnDemand {
  return (ON_DEMAND as readonly string[]).includes(what);
}

/** Throws a usage error that lists the workers when it is not clear which one is meant. */
async function workerOf(port: ManagementPort, given: string | undefined): Promise<string> {
  const { workers } = await askStatus(port);
  const ids = workers.map(({ id }) => String(id));
  const worker = given ?? (ids.length === 1 ? ids[0] : undefined);
  if (worker !== undefined && ids.includes(worker)) return worker;
  throw usageError(
    ids.length === 0
      ? 'no worker runs'
      : `--worker must be one of ${ids.join(', ')}${given === undefined ? '' : `, got ${JSON.stringify(given)}`}`,
  );
}

/** Never over a file that is there: it may be the profile of an hour ago. */
function save(file: string, content: string): void {
  try {
    // It may contain what passed through the worker.
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw usageError(`${file} exists already: name another file with --output`, error);
  }
}

/** As V8 prints a stack: the innermost function first. */
function stackText(body: string): string {
  const frames = JSON.parse(body) as readonly StackFrame[];
  return frames.length === 0
    ? 'no JavaScript is on the stack: the worker waits for events\n'
    : frames
        .map(({ functionName, url, line, column }) => {
          const where = `${url}:${line}:${column}`;
          return `at ${printable(functionName || '(anonymous)')} (${printable(where)})\n`;
        })
        .join('');
}
