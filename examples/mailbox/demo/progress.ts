import type { WriteStream } from 'node:tty';

export interface ProgressLine {
  show(text: string): void;
  /** Clears it, so that something else can be printed. */
  clear(): void;
}

const PLAIN_INTERVAL_MS = 5000;

/** One live line on a terminal; elsewhere a line when something else begins, or every five seconds. */
export function createProgress(output: WriteStream): ProgressLine {
  return output.isTTY ? liveLine(output) : plainLines(output);
}

function liveLine(output: WriteStream): ProgressLine {
  return {
    show: (text) => {
      output.write(`\r\u001B[K${text.slice(0, Math.max(20, output.columns - 1))}`);
    },
    clear: () => {
      output.write('\r\u001B[K');
    },
  };
}

function plainLines(output: WriteStream): ProgressLine {
  let lastMs = -Infinity;
  let lastTopic = '';
  return {
    show: (text) => {
      const topic = text.split('|')[0]?.replaceAll(/\d+/g, '') ?? '';
      const nowMs = performance.now();
      if (topic === lastTopic && nowMs - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs;
      lastTopic = topic;
      output.write(`${text}\n`);
    },
    clear: () => {},
  };
}
