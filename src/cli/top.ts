import { setTimeout as delay } from 'node:timers/promises';
import { instancePort, type InstanceFlags } from './instances/index.ts';
import { askStatus, shown } from './view/answer.ts';
import type { Reading } from './view/figures.ts';
import { History } from './view/history.ts';
import { openOutput } from './view/output.ts';
import { goodputOf, plainLine, screen, type View } from './view/screen.ts';
import { takeTerminal } from './view/terminal.ts';

const EVERY_MS = 1000;
/** Seconds of goodput in the sparkline. */
const GOODPUT_SECONDS = 60;

/** `respite top`: goes on until q, Ctrl-C or a signal; resolves with 0. Rejects when nothing answers the first time. */
export async function top(flags: InstanceFlags): Promise<number> {
  const port = instancePort(flags);
  const history = new History();
  const goodput: number[] = [];
  let latest: Reading = { atMs: Date.now(), status: await askStatus(port) };
  let problem: string | undefined;
  history.add(latest);

  const output = openOutput();
  const view = (): View => ({ latest, before: history.before, goodput, problem, where: shown(port) });
  const quit = new AbortController();
  const ended = AbortSignal.any([output.ended, quit.signal]);
  const colors = !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const terminal = output.isTerminal
    ? takeTerminal(
        () => quit.abort(),
        () => draw(),
      )
    : undefined;
  const draw = (): void => {
    if (terminal === undefined) return;
    const { columns, rows } = terminal;
    terminal.draw(screen(view(), { columns, rows, colors }));
  };

  try {
    while (!ended.aborted) {
      if (terminal === undefined) await output.write(`${plainLine(view())}\n`);
      else draw();
      await delay(EVERY_MS, undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) break;
      try {
        latest = { atMs: Date.now(), status: await askStatus(port) };
        problem = undefined;
        history.add(latest);
        goodput.push(goodputOf(view()) ?? 0);
        if (goodput.length > GOODPUT_SECONDS) goodput.shift();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
  } finally {
    terminal?.restore();
  }
  return 0;
}
