import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { balance } from './accounts.ts';
import { callFigures } from './call-figures.ts';
import { takeCensus } from './census.ts';
import { mailboxNames, planMail } from './mail-plan.ts';
import { runStorm, type StormResult } from './run.ts';
import { seedMailboxes } from './seed-mailboxes.ts';

/** A storm by hand, against a service that is running: `npm run demo -- --serve` says where. */

const HELP = `Usage: node storm/main.ts [options]

  --api <url>             the Mailbox server (default http://127.0.0.1:8025)
  --smtp-port <port>      the SMTP gateway on this machine (default 2525)
  --seconds <n>           how long mail comes in (default 15)
  --mails-per-second <n>  how fast; 1.4 MB on average, 40 MB at most (default 20)
  --calls-per-second <n>  what users do meanwhile (default 50)
  --help                  this text`;

const MAILBOXES = 20;
const CENSUS_TIMEOUT_MS = 15_000;

interface StormOptions {
  readonly api: string;
  readonly smtpPort: number;
  readonly seconds: number;
  readonly mailsPerSecond: number;
  readonly callsPerSecond: number;
}

async function storm(options: StormOptions): Promise<void> {
  const users = mailboxNames(MAILBOXES);
  const untilMs = options.seconds * 1000;
  // Message-IDs of an earlier storm are in the mailboxes already, and would not be delivered again.
  const seed = Math.trunc(Date.now() / 1000);
  const { signal } = new AbortController();
  const api = new Pool(options.api, { connections: 2 });
  try {
    await seedMailboxes(api, users, 3, signal);
    const { calls, records }: StormResult = await runStorm(
      {
        seed,
        users,
        mails: planMail(seed, [{ fromMs: 0, untilMs, mailsPerSecond: options.mailsPerSecond }], users),
        backoff: { firstMs: 2000, longestMs: 10_000 },
        maxConnections: 400,
        userCallsPerSecond: options.callsPerSecond,
        userTimeoutMs: 2000,
        untilMs,
        graceMs: 2000,
      },
      { apiOrigin: options.api, smtpPort: options.smtpPort },
      {},
      signal,
    );
    console.log('users', callFigures(calls));
    console.log('mail', balance(records, await takeCensus(api, users, CENSUS_TIMEOUT_MS)));
  } finally {
    await api.destroy();
  }
}

function readArguments(): StormOptions | 'help' {
  const { values } = parseArgs({
    options: {
      api: { type: 'string', default: 'http://127.0.0.1:8025' },
      'smtp-port': { type: 'string', default: '2525' },
      seconds: { type: 'string', default: '15' },
      'mails-per-second': { type: 'string', default: '20' },
      'calls-per-second': { type: 'string', default: '50' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const positive = (name: 'smtp-port' | 'seconds' | 'mails-per-second' | 'calls-per-second'): number => {
    const value = Number(values[name]);
    if (value > 0) return value;
    throw new Error(`--${name} must be a number above 0, got "${values[name]}"`);
  };
  return {
    api: values.api,
    smtpPort: positive('smtp-port'),
    seconds: positive('seconds'),
    mailsPerSecond: positive('mails-per-second'),
    callsPerSecond: positive('calls-per-second'),
  };
}

let options: StormOptions | 'help' | undefined;
try {
  options = readArguments();
} catch (error) {
  console.error(
    `storm: ${error instanceof Error ? error.message : String(error)} (--help shows the options)`,
  );
  process.exitCode = 2;
}
if (options === 'help') console.log(HELP);
else if (options !== undefined) await storm(options);
