import type { Readable } from 'node:stream';
import { parseMessage, type WatchdogMessage } from '../worker/index.ts';

/** Far more than any line of ours: something else writes to this pipe, and is not kept in memory. */
const LONGEST_LINE = 1024 * 1024;

/** Reads what a worker's watchdog writes, line by line, until its process has ended. */
export function readWatchdog(pipe: Readable, onMessage: (message: WatchdogMessage) => void): void {
  let rest = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) rest = '';
    for (const line of lines) {
      const message = parseMessage(line);
      if (message !== undefined) onMessage(message);
    }
  });
  // A process that ended in the middle of something. That it ended is told by other means.
  pipe.on('error', () => {});
}
