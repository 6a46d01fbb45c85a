// Node.js's options for debuggers: they are meant for the workers, and each worker gets a port of its own.

/** As `--inspect` has it. */
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9229;

const OPTION = /^--(inspect(?:-brk|-wait|-port)?|debug-port)(?:=(.*))?$/;

/** What the options ask for. */
export interface Inspector {
  /** The option that opens it; undefined: it is opened by SIGUSR1 or by the script, if at all. */
  readonly option: '--inspect' | '--inspect-brk' | '--inspect-wait' | undefined;
  readonly host: string;
  /** That of the first slot; 0 for any. */
  readonly port: number;
}

export interface InspectorOptions {
  readonly inspector: Inspector;
  /** The other options. */
  readonly rest: readonly string[];
}

/** Takes the options for debuggers out of Node.js's options. The last one wins, as with Node.js. */
export function takeInspector(options: readonly string[]): InspectorOptions {
  let option: Inspector['option'];
  let [host, port] = [DEFAULT_HOST, DEFAULT_PORT];
  const rest: string[] = [];
  // Of `--inspect-port 9300` the number is an option of its own.
  const words = options.flatMap((word, i) => {
    if (word === '--inspect-port' || word === '--debug-port') return [`${word}=${options[i + 1] ?? ''}`];
    return /^--(?:inspect|debug)-port$/.test(options[i - 1] ?? '') ? [] : [word];
  });
  for (const word of words) {
    const [, name, value = ''] = OPTION.exec(word) ?? [];
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    if (!name.endsWith('-port')) option = stronger(option, `--${name}`);
    ({ host = host, port = port } = addressOf(value));
  }
  return { inspector: { option, host, port }, rest };
}

/** The port of the workers of an identity: a replacement has that of its predecessor. */
export function portOf({ port }: Inspector, identity: number): number {
  return port === 0 ? 0 : port + identity - 1;
}

/** Whether Node.js opens an inspector in a process with these options. */
export function opensInspector(options: readonly string[]): boolean {
  return takeInspector(options).inspector.option !== undefined;
}

/** The options in NODE_OPTIONS; those with blanks in quotation marks stay whole. */
export function wordsOf(nodeOptions: string | undefined): readonly string[] {
  return nodeOptions?.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
}

/** `--inspect --inspect-brk` waits, whatever comes last. */
function stronger(before: Inspector['option'], option: string): Inspector['option'] {
  const order = ['--inspect', '--inspect-wait', '--inspect-brk'] as const;
  const found = order.find((each) => each === option);
  return order.findLast((each) => each === before || each === found);
}

/** `9229`, `host`, `host:9229`, `[::1]:9229`. */
function addressOf(value: string): Partial<Pick<Inspector, 'host' | 'port'>> {
  const [, ipv6, host, port] = /^(?:\[(.+)\]|([^:]*?))(?::?(\d+))?$/.exec(value) ?? [];
  const named = ipv6 ?? (host === '' ? undefined : host);
  return {
    ...(named === undefined ? {} : { host: named }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
