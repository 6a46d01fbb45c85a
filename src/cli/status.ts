import { setTimeout as delay } from 'node:timers/promises';
import { instancePort, type InstanceFlags } from './instances/index.ts';
import { askStatus, type StatusAnswer } from './view/answer.ts';
import { standing } from './view/figures.ts';
import { openOutput } from './view/output.ts';
import { summary } from './view/summary.ts';

/** `respite status`, as typed. */
export interface StatusFlags extends InstanceFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const EVERY_MS = 1000;
/** Clears the terminal from its upper left corner on (ECMA-48). */
const CLEAR = '\u001B[H\u001B[J';

/**
 * `respite status`: 0 when it is healthy, 1 when it is not. Rejects when nothing answers; under `--watch` that is said, and asked
 * again, until Ctrl-C.
 */
export async function status({ json = false, watch = false, ...instance }: StatusFlags): Promise<number> {
  const port = instancePort(instance);
  const output = openOutput();
  const text = (answer: StatusAnswer): string => (json ? `${JSON.stringify(answer)}\n` : summary(answer));
  if (!watch) {
    const answer = await askStatus(port);
    await output.write(text(answer));
    return standing(answer).isWell ? 0 : 1;
  }
  const isScreen = output.isTerminal && !json;
  let isWell = false;
  while (!output.ended.aborted) {
    const answer = await askStatus(port).catch((error: Error) => error);
    isWell = !(answer instanceof Error) && standing(answer).isWell;
    const shown = answer instanceof Error ? `${answer.message}\n` : text(answer);
    await output.write(isScreen ? CLEAR + shown : json ? shown : `${shown}\n`);
    await delay(EVERY_MS, undefined, { signal: output.ended }).catch(() => {});
  }
  return isWell ? 0 : 1;
}
