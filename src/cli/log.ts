import type { Log } from '../supervisor/index.ts';
import { write as writeOutput } from './output.ts';
import { usageError } from './usage.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface LogSettings {
  readonly level: (typeof LEVELS)[number];
  /** `json`: a line of JSON each, for machines. */
  readonly style: 'json' | 'plain' | 'color';
}

/** Throws a usage error when `RESPITE_LOG_LEVEL` is no level. `NO_COLOR` is that of no-color.org. */
export function resolveLogSettings(env: NodeJS.ProcessEnv, terminal: boolean): LogSettings {
  const given = env.RESPITE_LOG_LEVEL || 'info';
  const level = LEVELS.find((candidate) => candidate === given);
  if (level === undefined) {
    throw usageError(`RESPITE_LOG_LEVEL must be one of ${LEVELS.join(', ')}, got ${JSON.stringify(given)}`);
  }
  if (!terminal) return { level, style: 'json' };
  return { level, style: env.NO_COLOR || env.TERM === 'dumb' ? 'plain' : 'color' };
}

/** A log that can be written to before it is open: pino is loaded while the first worker starts. */
export interface LateLog extends Log {
  /** Loads pino and writes what was said until now. From then on every line is written before its call returns. */
  open(): Promise<void>;
}

type Level = keyof Log;

export function createLog(settings: LogSettings, write: (line: string) => void = toStderr): LateLog {
  const early: [level: Level, fields: object, message: string][] = [];
  let sink: Log | undefined;
  let opening: Promise<void> | undefined;
  const say =
    (level: Level) =>
    (fields: object, message: string): void => {
      if (sink === undefined) early.push([level, fields, message]);
      else sink[level](fields, message);
    };

  async function load(): Promise<void> {
    sink = await loadPino(settings, write);
    for (const [level, fields, message] of early.splice(0)) sink[level](fields, message);
  }

  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    open: () => (opening ??= load()),
  };
}

/** Not pino's own destination: that one waits for a full pipe by blocking the thread. */
function toStderr(line: string): void {
  writeOutput('stderr', line);
}

/** Writes lines without secrets: a request's path, or what a health check's error says, may have any. */
async function loadPino({ level, style }: LogSettings, write: (line: string) => void): Promise<Log> {
  const [{ pino }, { processRedaction, redactAll }] = await Promise.all([
    import('pino'),
    import('../core/redact.ts'),
  ]);
  const { redact } = processRedaction();
  // Of the line, not of what was given: errors have circular references, and fields of their own that only pino knows to read.
  const redacted = (line: string): string => `${JSON.stringify(redactAll(JSON.parse(line), redact))}\n`;
  const shape = style === 'json' ? (line: string): string => line : await loadPretty(style === 'color');
  const logger: Log = pino({ name: 'respite', level }, { write: (line) => write(shape(redacted(line))) });
  return logger;
}

async function loadPretty(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  return prettyFactory({
    colorize,
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
}
