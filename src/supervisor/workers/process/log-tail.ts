/** So much is kept, in characters. */
const MOST = 64 * 1024;

/** What a line of a log points to. */
export type LogMark = 'out of memory' | 'connection' | 'out of descriptors' | 'disk full' | 'error';

export interface LogLine {
  readonly text: string;
  readonly mark: LogMark | undefined;
}

/** By what each is known: messages of V8, and the codes of Node.js's system errors. */
const MARKS: readonly (readonly [mark: LogMark, pattern: RegExp])[] = [
  ['out of memory', /heap out of memory|allocation failed|out of memory|\bENOMEM\b|\bOOM\b/i],
  ['disk full', /\bENOSPC\b|\bEDQUOT\b|no space left on device/i],
  ['out of descriptors', /\bEMFILE\b|\bENFILE\b|too many open files/i],
  [
    'connection',
    /\bE(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|AI_AGAIN|NOTFOUND)\b|socket hang up|connection (?:refused|reset|timed out|terminated|pool)/i,
  ],
  ['error', /\b(?:error|fatal|uncaught|unhandled)\b|"level":[56]0\b/i],
];

/** The last that a worker has written, as it comes. */
export class LogTail {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-MOST);
  }

  get text(): string {
    return this.#text;
  }
}

/** The last lines, each with what it points to. */
export function markLines(text: string, most: number): LogLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-most).map((line) => ({
    text: line,
    mark: MARKS.find(([, pattern]) => pattern.test(line))?.[0],
  }));
}
