import { writeSync } from 'node:fs';

/** Alternate screen buffer and cursor (xterm's private modes 1049 and 25). */
const ENTER = '\u001B[?1049h\u001B[?25l';
const LEAVE = '\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const TO_END_OF_LINE = '\u001B[K';
const TO_END_OF_SCREEN = '\u001B[J';

const CTRL_C = '\u0003';

/** The whole terminal, until it is given back. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  draw(lines: readonly string[]): void;
  /** Leaves the terminal as it was. Also done when the process ends by whatever way that lets it. */
  restore(): void;
}

/** Takes the terminal over. @param onQuit q or Ctrl-C was pressed. @param onResize It has another size now. */
export function takeTerminal(onQuit: () => void, onResize: () => void): Terminal {
  const { stdin, stdout } = process;
  const hasKeys = stdin.isTTY;
  let isTaken = true;
  const restore = (): void => {
    if (!isTaken) return;
    isTaken = false;
    process.off('exit', restore);
    if (hasKeys) {
      stdin.setRawMode(false);
      stdin.pause();
    }
    try {
      // At once: the process may end right after.
      writeSync(1, LEAVE);
    } catch {
      // The terminal is gone.
    }
  };
  process.once('exit', restore);
  stdout.write(ENTER);
  stdout.on('resize', onResize);
  if (hasKeys) {
    stdin.setRawMode(true);
    stdin.on('data', (keys: Buffer) => {
      if (/[qQ]/.test(keys.toString()) || keys.includes(CTRL_C)) onQuit();
    });
    stdin.resume();
  }
  return {
    // A terminal that does not know its size reports 0.
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    draw: (lines) => {
      if (isTaken)
        stdout.write(HOME + lines.map((line) => line + TO_END_OF_LINE).join('\r\n') + TO_END_OF_SCREEN);
    },
    restore,
  };
}
