import type { Readable } from 'node:stream';
import { parseMessage, type WatchdogMessage } from '../../../worker/index.ts';

/** Far more than any line of ours: something else writes to this pipe, and is not kept in memory. */
const LONGEST_LINE = 1024 * 1024;

/** What a worker said last is in its pipe when it ends; a process that it has left behind may hold the other end open. */
const LAST_WORDS_MS = 200;

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
  // A process that ended in the middle of something. Other means report that it ended.
  pipe.on('error', () => {});
}

/** Resolves when all is read that a process has said which has ended. */
export async function readToEnd(pipe: Readable): Promise<void> {
  if (pipe.closed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    pipe.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
