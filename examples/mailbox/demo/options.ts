import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly seconds: number;
  readonly serve: boolean;
  /** `flood`: mail floods in. `cache`: a webmail whose Mailbox server is stopped. */
  readonly shows: 'flood' | 'cache';
  readonly reportFile: string;
}

export type DemoRequest =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'bad-usage'; readonly message: string };

const MIN_SECONDS = 45;
const MAX_SECONDS = 3600;

export const HELP: string = `Plays the same flood of mail against the mailbox service twice: without Respite, and with it.
Or, with the word cache: shows pages of a webmail, without a cache and with it, while its Mailbox server is stopped.

Usage: npm run demo -- [cache] [options]

Options:
  --seconds <n>    how long all of it may take, ${MIN_SECONDS} to ${MAX_SECONDS} (default 90)
  --serve          (not with cache) keep the protected service running afterwards, until Ctrl-C
  --report <file>  where the report goes (default demo-report/index.html)
  --help           this text`;

export function readArguments(args: readonly string[]): DemoRequest {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '90' },
        serve: { type: 'boolean', default: false },
        report: { type: 'string', default: 'demo-report/index.html' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const [word, ...others] = positionals;
    if ((word !== undefined && word !== 'cache') || others.length > 0) {
      return { kind: 'bad-usage', message: `"${positionals.join(' ')}" is nothing to show; only cache is` };
    }
    const shows = word ?? 'flood';
    if (shows === 'cache' && values.serve) {
      return { kind: 'bad-usage', message: '--serve is for the flood' };
    }
    const seconds = Number(values.seconds);
    if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS)
      return {
        kind: 'bad-usage',
        message: `--seconds must be a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}, got "${values.seconds}"`,
      };
    if (values.report === '') return { kind: 'bad-usage', message: '--report must name a file' };
    return { kind: 'run', options: { seconds, serve: values.serve, shows, reportFile: values.report } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'bad-usage', message: message.split('\n')[0] ?? message };
  }
}
