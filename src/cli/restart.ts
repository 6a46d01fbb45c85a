import { setTimeout as delay } from 'node:timers/promises';
import { RespiteError } from '../core/errors.ts';
import { directoryAsReached, type RestartStatus } from '../supervisor/index.ts';
import { instancePort, type InstanceFlags } from './instances/index.ts';
import { resolveScript } from './script/index.ts';
import { ask, askStatus, type ManagementPort, shown, type StatusAnswer } from './view/answer.ts';
import { openOutput } from './view/output.ts';

/** `respite restart`, as typed. */
export interface RestartFlags extends InstanceFlags {
  readonly script?: string;
  readonly json?: boolean;
}

const EVERY_MS = 500;
/** How many questions in a row may go without an answer, because the machine is busy. */
const MAX_UNANSWERED = 5;

/**
 * `respite restart`: begins a rolling restart and waits for its end. Resolves with 0 when every worker is of the new version, with 130
 * after Ctrl-C, which does not end the restart. Rejects with why the old version goes on serving.
 */
export async function restart({ script, json = false, ...instance }: RestartFlags): Promise<number> {
  const port = instancePort(instance);
  const cwd = process.cwd();
  const pwd = process.env['PWD'];
  const file = script === undefined ? undefined : resolveScript(directoryAsReached(cwd, cwd, pwd), script);
  const id = await begin(port, file);
  const output = openOutput();
  let before = '';
  let unanswered = 0;
  while (!output.ended.aborted) {
    const answer = await askStatus(port).catch((error: Error) => error);
    unanswered = answer instanceof Error ? unanswered + 1 : 0;
    if (answer instanceof Error) {
      if (unanswered >= MAX_UNANSWERED) throw failed(`its result is unknown: ${answer.message}`);
    } else {
      const { lastRestart } = answer;
      if (lastRestart?.id !== id) throw failed('its result is unknown: another one has begun');
      const now = progress(lastRestart, answer);
      const hasEnded = lastRestart.problem !== undefined || lastRestart.endedAtMs !== undefined;
      if (json && hasEnded) await output.write(`${JSON.stringify(lastRestart)}\n`);
      if (!json && now !== before) await output.write(`${now}\n`);
      before = now;
      if (lastRestart.problem !== undefined)
        throw failed(`${lastRestart.problem}; the old version goes on serving`);
      if (lastRestart.endedAtMs !== undefined) return 0;
    }
    await delay(EVERY_MS, undefined, { signal: output.ended }).catch(() => {});
  }
  return 130;
}

async function begin(port: ManagementPort, script: string | undefined): Promise<number> {
  const { status, body } = await ask(
    port,
    'POST',
    '/restart',
    script === undefined ? '' : JSON.stringify({ script }),
  );
  const { id, error } = parse(body);
  if (status === 202 && typeof id === 'number') return id;
  throw failed(typeof error === 'string' ? error : `${shown(port)} answered with status ${status}`);
}

function parse(body: string): { readonly id?: unknown; readonly error?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as object;
  } catch {
    return {};
  }
}

function progress(
  { script, renewed, endedAtMs, problem }: RestartStatus,
  { workersWanted }: StatusAnswer,
): string {
  if (problem !== undefined) return `taken back: ${renewed} of ${workersWanted} workers are new`;
  const what = `${renewed} of ${workersWanted} workers are new`;
  return endedAtMs === undefined ? `restarting ${script}: ${what}` : `restarted ${script}: ${what}`;
}

function failed(why: string): RespiteError {
  return new RespiteError('RESPITE_CLI_RESTART_FAILED', `the rolling restart failed: ${why}`);
}
