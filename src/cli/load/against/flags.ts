// What was typed as options of a comparison. Throws usage errors that name the flag and what it takes.
import type { CompareOptions, MinEffects, Version } from '../../../load/index.ts';
import { usageError } from '../../usage.ts';
import { optionsOf } from '../flags.ts';
import type { LoadFlags, LoadRequest } from '../request.ts';

/** Flags of a plain load run that a comparison has no use for. */
const NOT_WITH_AGAINST: readonly string[] = ['threads', 'expect', 'html', 'like', 'speed', 'param'];

/** Flags of versions that are started, which make no sense for URLs. */
const ONLY_WITH_REF = ['script', 'start', 'setup'] as const;

const MIN_EFFECT = /^(?:(cpu|p99|goodput)=)?(\d+(?:\.\d+)?)%$/;

export function compareOptionsOf({ url, flags }: LoadRequest): CompareOptions {
  const unused = NOT_WITH_AGAINST.find((flag) => Object.hasOwn(flags, flag));
  if (unused !== undefined) throw usageError(`--${unused} is not for a comparison with --against`);
  // The versions have the URLs.
  const {
    url: _url,
    rate,
    durationMs,
    threads: _threads,
    like: _like,
    onProgress: _none,
    ...load
  } = optionsOf({ url: '', flags });
  if (rate !== undefined && typeof rate !== 'number')
    throw usageError(`--rate takes one rate with --against, got ${JSON.stringify(flags.rate)}`);
  return { ...load, ...versionsOf(url, flags), rate, durationMs, minEffect: minEffectOf(flags.minEffect) };
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function versionsOf(
  url: string | undefined,
  flags: LoadFlags,
): Pick<CompareOptions, 'baseline' | 'candidate' | 'path'> {
  const { against = '', script, start, setup, pid, againstPid } = flags;
  if (isUrl(against)) {
    if (url === undefined)
      throw usageError('name the URL of the server that is compared with the one of --against');
    const started = ONLY_WITH_REF.find((flag) => flags[flag] !== undefined);
    if (started !== undefined)
      throw usageError(`--${started} is for versions that are started, so --against takes a git ref with it`);
    return {
      baseline: { url: against, pid: pidOf('--against-pid', againstPid) },
      candidate: { url, pid: pidOf('--pid', pid) },
    };
  }
  if (pid !== undefined || againstPid !== undefined)
    throw usageError(
      '--pid and --against-pid are for servers that run already, so --against takes a URL with them',
    );
  if (url !== undefined && !url.startsWith('/'))
    throw usageError(
      `with a git ref the versions are started: name the path of the requests, got ${JSON.stringify(url)}`,
    );
  if ((script === undefined) === (start === undefined))
    throw usageError('say how to start the server: --script server.js, or --start <command>');
  const command = script === undefined ? ['sh', '-c', start ?? ''] : [process.execPath, script];
  const baseline: Version = { ref: against, setup, command };
  return { baseline, candidate: { command }, path: url };
}

function pidOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw usageError(`${flag} takes a process id, got ${JSON.stringify(text)}`);
  return Number(text);
}

function minEffectOf(texts: readonly string[] | undefined): Partial<MinEffects> | undefined {
  if (texts === undefined) return undefined;
  const effects = texts.map((text) => {
    const [, figure, percent] = MIN_EFFECT.exec(text) ?? [];
    if (percent === undefined)
      throw usageError(`--min-effect takes a share such as 3% or p99=10%, got ${JSON.stringify(text)}`);
    const share = Number(percent) / 100;
    return figure === undefined ? { cpu: share, p99: share, goodput: share } : { [figure]: share };
  });
  return Object.assign({}, ...effects) as Partial<MinEffects>;
}
