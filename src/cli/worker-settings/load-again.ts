import { once } from 'node:events';
import { ownModule } from '../../core/own-files.ts';
import { startConfigurationProcess } from '../configuration-process.ts';
import { usageError } from '../usage.ts';
import { type ConfigurationAnswer, decodeAnswer } from './messages.ts';

const MAIN = ownModule('cli/worker-settings/main');

/** Maximum time to load the configuration, in ms: it may connect somewhere or be compiled first. */
const MAX_LOAD_MS = 60_000;

export interface AskedConfiguration {
  /** Where it is looked for. */
  readonly directory: string;
  /** As given with `--config`. */
  readonly named: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** Loads the configuration in a process of its own. Throws a usage error that says why it can't be used. */
export async function loadAgain(
  { directory, named, env }: AskedConfiguration,
  timeoutMs: number = MAX_LOAD_MS,
): Promise<Extract<ConfigurationAnswer, { kind: 'read' }>> {
  const child = startConfigurationProcess(MAIN, named === undefined ? [] : [named], env, directory);
  // A restart waits for it.
  child.ref();
  const overtime = AbortSignal.timeout(timeoutMs);
  let answer: ConfigurationAnswer | undefined;
  child.on('message', (message) => (answer ??= decodeAnswer(message)));
  try {
    // After its last message.
    const [code, signal] = (await once(child, 'close', { signal: overtime })) as [
      number | null,
      string | null,
    ];
    if (answer === undefined) throw usageError(cannotLoad(`its process ended ${ending(code, signal)}`));
  } catch (error) {
    if (!overtime.aborted) throw error;
    throw usageError(cannotLoad(`it was not loaded after ${timeoutMs / 1000} s`), error);
  } finally {
    child.kill('SIGKILL');
  }
  if (answer.kind === 'refused') throw usageError(answer.problem);
  return answer;
}

function cannotLoad(why: string): string {
  return `cannot load the configuration: ${why}`;
}

function ending(code: number | null, signal: string | null): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
