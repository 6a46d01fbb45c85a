// The process for health checks: runs what the configuration names, so that nothing that a check does reaches the supervisor.
import { type HealthCheck, HealthRegistry } from '../../health/index.ts';
import { resolveHealthOptions, type ResolvedIndicatorOptions } from '../../health/options.ts';
import type { RespiteConfig } from '../config/config.ts';
import { readConfig } from '../config/read.ts';
import { endWithParent } from '../orphan-guard.ts';
import type { FromChecks, ToChecks } from './messages.ts';

/** How often the supervisor hears that the event loop runs, in ms. */
const BEAT_MS = 1000;

/** Minimum time of a check's synchronous part that is logged, in ms. Others wait that long for their own. */
const BLOCKED_MS = 500;

/** Maximum number of different errors that nothing caught, and are logged, in a minute. */
const MAX_UNCAUGHT = 10;
const MAX_UNCAUGHT_LENGTH = 2000;

// Taken away from checks: the supervisor is no peer of theirs, and they must not end what others need, too.
const exit = process.exit.bind(process);
const send = process.send?.bind(process);
delete process.send;
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ''}) was called in a health check`);
};

function tell(message: FromChecks): void {
  // The channel's own errors come back to a callback; without one they are events.
  send?.(message, undefined, undefined, () => {});
}

/** The check, as the supervisor can follow it. */
function followed(name: string, check: HealthCheck): HealthCheck {
  return {
    get peer() {
      return check.peer;
    },
    local: check.local,
    run: async (signal) => {
      const beganMs = performance.now();
      tell({ kind: 'run', name, phase: 'begins' });
      try {
        const running = check.run(signal);
        tell({ kind: 'run', name, phase: 'waits' });
        const forMs = performance.now() - beganMs;
        if (forMs >= BLOCKED_MS) tell({ kind: 'blocked', name, forMs });
        return await running;
      } finally {
        tell({ kind: 'run', name, phase: 'settles' });
      }
    },
    close: async () => check.close?.(),
  };
}

/** Errors that were told in the current minute. */
const told = new Set<string>();

function uncaught(error: unknown): void {
  const text = describe(error);
  const [message = ''] = text.split('\n', 1);
  if (told.has(message) || told.size >= MAX_UNCAUGHT) return;
  told.add(message);
  tell({ kind: 'uncaught', error: text });
}

function describe(error: unknown): string {
  try {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return text.slice(0, MAX_UNCAUGHT_LENGTH);
  } catch {
    return 'an error that cannot be read';
  }
}

let isTelling = false;

/** Several checks that end in the same turn of the event loop are one message. */
const registry = new HealthRegistry(() => {
  if (isTelling) return;
  isTelling = true;
  setImmediate(() => {
    isTelling = false;
    tell({ kind: 'reports', reports: registry.reports() });
  });
});

async function leave(): Promise<void> {
  await registry.close();
  exit(0);
}

process.on('uncaughtException', uncaught);
process.on('unhandledRejection', uncaught);
process.on('disconnect', () => void leave());
// They are for the supervisor, which ends this process when it ends.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
endWithParent();

let indicators: Readonly<Record<string, ResolvedIndicatorOptions>> = {};
function add(name: string): void {
  const options = indicators[name];
  if (options !== undefined) {
    registry.addResolved(name, { ...options, check: followed(name, options.check) });
  }
}

process.on('message', (message: ToChecks) => {
  if (message.kind === 'start') {
    for (const name of Object.keys(indicators)) if (!message.except.includes(name)) add(name);
  } else if (message.kind === 'add') {
    add(message.name);
  } else {
    void leave();
  }
});

const [, , file = ''] = process.argv;
const config = (await readConfig(file)) as RespiteConfig;
({ indicators } = resolveHealthOptions(config.health));
setInterval(() => tell({ kind: 'beat' }), BEAT_MS);
setInterval(() => told.clear(), 60_000);
tell({ kind: 'hello' });
