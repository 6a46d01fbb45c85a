import { RespiteError } from '../../../core/errors.ts';
import { compare, type CompareOptions, type CompareProgress, type Comparison } from '../../../load/index.ts';
import { write } from '../../output.ts';
import { printable } from '../../printable.ts';
import { assertWritable, writeReport } from '../../report-file.ts';
import { usageError } from '../../usage.ts';
import { openOutput } from '../../view/output.ts';
import { duration, perSecond } from '../../words.ts';
import { Progress } from '../progress.ts';
import type { LoadFlags, LoadRequest } from '../request.ts';
import { compareOptionsOf, isUrl } from './flags.ts';
import { markdown } from './markdown.ts';
import { changeInWords, headline, type Names } from './rows.ts';
import { summary } from './summary.ts';

/** As a shell reports a command that was interrupted. */
const INTERRUPTED = 130;

/** `respite load --against`: resolves with 1 when the version is worse, or with `--strict` when that is unknown; otherwise with 0. */
export async function against(request: LoadRequest): Promise<number> {
  const { flags } = request;
  const options = compareOptionsOf(request);
  assertWritable('--markdown', flags.markdown);
  const output = openOutput();
  const progress = new Progress();
  const comparison = await measure({
    ...options,
    signal: output.ended,
    onProgress: (reached) => progress.line(progressLine(reached)),
  }).finally(() => progress.end());
  if (comparison === undefined) return INTERRUPTED;
  const names = namesOf(request, comparison);
  writeReport(flags.markdown, () => markdown(comparison, names));
  await print(flags.json === true ? `${JSON.stringify(comparison)}\n` : summary(comparison, names));
  write('stderr', `respite: ${headline(comparison, names)}\n`);
  return output.ended.aborted ? INTERRUPTED : exitCodeOf(comparison, flags);
}

function exitCodeOf({ verdict }: Comparison, { strict }: LoadFlags): number {
  return verdict === 'worse' || (verdict === 'unclear' && strict === true) ? 1 : 0;
}

/** Undefined when it was interrupted before there was anything to measure. */
async function measure(options: CompareOptions): Promise<Comparison | undefined> {
  try {
    return await compare(options);
  } catch (error) {
    if (options.signal?.aborted === true) return undefined;
    if (!(error instanceof RespiteError)) throw error;
    if (['RESPITE_OPTIONS_INVALID', 'RESPITE_LOAD_OPTIONS'].includes(error.code))
      throw usageError(error.message, error);
    if (error.code === 'RESPITE_LOAD_TARGET')
      throw usageError(`${error.message}; --i-own-this-target allows it`, error);
    throw error;
  }
}

function namesOf({ url, flags }: LoadRequest, { baselineCommit }: Comparison): Names {
  const named = printable(flags.against ?? '');
  return {
    baseline:
      baselineCommit === undefined || baselineCommit === named ? named : `${named} (${baselineCommit})`,
    candidate: isUrl(named) ? printable(url ?? '') : 'this version',
  };
}

/** `12.3 s of 2 min 0 s: 3 pairs at 400/s; CPU per request +0.4 %, latency p99 -2 %`. */
function progressLine({ elapsedMs, durationMs, rate, pairs, changes }: CompareProgress): string {
  const known = changes.filter(({ interval }) => interval !== undefined).map(changeInWords);
  const times = `${duration(elapsedMs)} of ${duration(durationMs)}`;
  return `${times}: ${pairs} pairs at ${perSecond(rate)}${known.length === 0 ? '' : `; ${known.join(', ')}`}`;
}

/** Settles when it is written, or when no reader is left. */
async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
