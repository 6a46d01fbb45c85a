import { count } from '../../core/units.ts';
import type { LoadSecond } from '../../load/index.ts';
import { write } from '../output.ts';
import { milliseconds } from '../words.ts';

/** Begins the line anew and clears it (ECMA-48). */
const SAME_LINE = '\r\u001B[K';

/** A line for each second on standard error: the same line again on a terminal. */
export class Progress {
  readonly #isTerminal: boolean;
  readonly #write: (text: string) => void;
  #hasLine = false;

  constructor(
    isTerminal: boolean = process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    writeText: (text: string) => void = (text) => write('stderr', text),
  ) {
    this.#isTerminal = isTerminal;
    this.#write = writeText;
  }

  readonly show = (second: LoadSecond): void => this.line(progressLine(second));

  line(text: string): void {
    this.#write(this.#isTerminal ? SAME_LINE + text : `${text}\n`);
    this.#hasLine = this.#isTerminal;
  }

  /** What follows begins on a line of its own. */
  end(): void {
    if (this.#hasLine) this.#write(SAME_LINE);
    this.#hasLine = false;
  }
}

/** `3 s: offered 200, good 198, refused 2, p50 4.1 ms, p99 17 ms`; what did not happen is left out. */
export function progressLine({
  atMs,
  offered,
  good,
  late,
  refused,
  failed,
  p50Ms,
  p99Ms,
}: LoadSecond): string {
  const open = offered - good - late - refused - failed;
  const others = Object.entries({ late, refused, failed, 'in flight': open }).filter(
    ([, value]) => value > 0,
  );
  return [
    `${atMs / 1000 + 1} s: offered ${count(offered)}`,
    `good ${count(good)}`,
    ...others.map(([name, value]) => `${name} ${count(value)}`),
    ...(good + late > 0 ? [`p50 ${milliseconds(p50Ms)}`, `p99 ${milliseconds(p99Ms)}`] : []),
  ].join(', ');
}
