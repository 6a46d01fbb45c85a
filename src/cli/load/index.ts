import { RespiteError } from '../../core/errors.ts';
import { type Expectation, judge, parseExpectation } from '../../load/expect/index.ts';
import { load as run, type LoadOptions, type LoadResult } from '../../load/index.ts';
import { renderPage } from '../../load/report/page.ts';
import { write } from '../output.ts';
import { assertWritable, writeReport } from '../report-file.ts';
import { usageError } from '../usage.ts';
import { openOutput } from '../view/output.ts';
import { optionsOf } from './flags.ts';
import { Progress } from './progress.ts';
import type { LoadRequest } from './request.ts';
import { silenceText } from './silence.ts';
import { summary } from './summary.ts';

/** As a shell reports a command that was interrupted. */
const INTERRUPTED = 130;

/**
 * `respite load`: resolves with 0 when the run is valid, meets every expectation and the target answered to its end, otherwise with 1; with 130 after a signal, which ends
 * the run and shows what was measured. Rejects when nothing could be measured.
 */
export async function load(request: LoadRequest): Promise<number> {
  const { url, flags } = request;
  if (flags.against !== undefined) return (await import('./against/index.ts')).against(request);
  if (url === undefined) throw usageError('name the URL of the server, such as http://127.0.0.1:3000/');
  const options = optionsOf({ url, flags });
  const expectations = (flags.expect ?? []).map(expectationOf);
  assertWritable('--html', flags.html);
  const output = openOutput();
  const progress = new Progress();
  const result = await measure({ ...options, signal: output.ended, onProgress: progress.show });
  progress.end();
  const verdicts = expectations.map((expectation) => judge(expectation, result));
  await print(flags.json === true ? `${JSON.stringify(result)}\n` : summary(result, options, verdicts));
  writeReport(flags.html, () => renderPage(result, verdicts));
  // Where the summary is JSON, people still read why the exit code is not 0.
  if (flags.json === true) {
    if (result.invalidBecause !== undefined)
      write('stderr', `respite: the run is not valid: ${result.invalidBecause}\n`);
    for (const { expectation, isMet, found } of verdicts)
      if (!isMet) write('stderr', `respite: expected ${expectation.text}, found ${found}\n`);
  }
  if (output.ended.aborted) return INTERRUPTED;
  const silence = await silenceText(result, options);
  if (silence !== undefined) write('stderr', `respite: ${silence}\n`);
  if (silence !== undefined) return 1;
  return result.invalidBecause === undefined && verdicts.every(({ isMet }) => isMet) ? 0 : 1;
}

/** Also after a signal; settles when it is written, or when no reader is left. */
async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

function expectationOf(text: string): Expectation {
  const expectation = parseExpectation(text);
  if (typeof expectation === 'string')
    throw usageError(`--expect must be ${expectation}, got ${JSON.stringify(text)}`);
  return expectation;
}

/** Options that are wrong are wrong usage here. */
async function measure(options: LoadOptions): Promise<LoadResult> {
  try {
    return await run(options);
  } catch (error) {
    if (!(error instanceof RespiteError)) throw error;
    if (error.code === 'RESPITE_OPTIONS_INVALID') throw usageError(error.message, error);
    if (error.code === 'RESPITE_LOAD_PARAMETERS')
      throw usageError(`${error.message}; --param id=1..1000 would fill id`, error);
    if (error.code === 'RESPITE_LOAD_TARGET')
      throw usageError(`${error.message}; --i-own-this-target allows it`, error);
    throw error;
  }
}
