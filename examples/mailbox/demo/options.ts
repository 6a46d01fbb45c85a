import { parseArgs } from 'node:util';

/** The demonstrations there are. */
const NAMES = ['flood', 'cache', 'slow-clients', 'outage'] as const;

export interface DemoOptions {
  readonly name: (typeof NAMES)[number];
  readonly seconds: number;
  readonly repeats: number;
  readonly serve: boolean;
  readonly reportFile: string;
}

export type DemoRequest =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'bad-usage'; readonly message: string };

const MIN_SECONDS = 45;
const MAX_SECONDS = 3600;
const MAX_REPEATS = 20;

export const HELP: string = `Usage: npm run demo -- [flood | cache | slow-clients | outage] [options]

  flood            the same flood of mail against the mailbox service twice: without Respite, and with it (default)
  cache            a webmail that reads the mailbox service through a cache, or without, while that service is stopped
  slow-clients     clients that read slowly, against three ways to write to them with 256 MB
  outage           three tiers, the last one down for a minute: naive retries, undici's, and respite/client

Options:
  --seconds <n>    how long all of it may take, each repeat, ${MIN_SECONDS} to ${MAX_SECONDS} (default 90)
  --repeats <n>    flood: how often to play both sides, in alternating order, 1 to ${MAX_REPEATS} (default 1); the table has the means
  --serve          flood: keep the protected service running afterwards, until Ctrl-C
  --report <file>  where the report goes (default demo-report/index.html); outage has none
  --help           this text`;

export function readArguments(args: readonly string[]): DemoRequest {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '90' },
        repeats: { type: 'string' },
        serve: { type: 'boolean', default: false },
        report: { type: 'string', default: 'demo-report/index.html' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const [given = 'flood', ...others] = positionals;
    const name = NAMES.find((each) => each === given);
    if (name === undefined || others.length > 0)
      return {
        kind: 'bad-usage',
        message: `there is no demonstration "${positionals.join(' ')}"; known are ${NAMES.join(', ')}`,
      };
    if (values.serve && name !== 'flood')
      return { kind: 'bad-usage', message: '--serve goes with flood only' };
    if (values.repeats !== undefined && name !== 'flood')
      return { kind: 'bad-usage', message: '--repeats goes with flood only' };
    const repeats = Number(values.repeats ?? 1);
    if (!Number.isInteger(repeats) || repeats < 1 || repeats > MAX_REPEATS)
      return {
        kind: 'bad-usage',
        message: `--repeats must be a whole number from 1 to ${MAX_REPEATS}, got "${values.repeats}"`,
      };
    const seconds = Number(values.seconds);
    if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS)
      return {
        kind: 'bad-usage',
        message: `--seconds must be a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}, got "${values.seconds}"`,
      };
    if (values.report === '') return { kind: 'bad-usage', message: '--report must name a file' };
    return {
      kind: 'run',
      options: { name, seconds, repeats, serve: values.serve, reportFile: values.report },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'bad-usage', message: message.split('\n')[0] ?? message };
  }
}
