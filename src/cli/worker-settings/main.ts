// The process that loads the configuration for a rolling restart: modules are loaded once in a process, so the supervisor can't load it again.
import { loadConfig } from '../config/load.ts';
import { endWithParent } from '../orphan-guard.ts';
import { describe, exitCodeOf } from '../usage.ts';
import type { ConfigurationAnswer } from './messages.ts';
import { fixedPart, workersPart } from './parts.ts';

// Taken away from the configuration: the supervisor is no peer of its code.
const exit = process.exit.bind(process);
const send = process.send?.bind(process);
delete process.send;

async function answer(): Promise<ConfigurationAnswer> {
  const [, , named] = process.argv;
  try {
    const config = await loadConfig(process.cwd(), named);
    return { kind: 'read', workers: workersPart(config), fixed: fixedPart(config) };
  } catch (error) {
    const isUsage = error instanceof Error && exitCodeOf(error) === 2;
    return { kind: 'refused', problem: isUsage ? error.message : describe(error) };
  }
}

process.on('disconnect', () => exit(1));
// A configuration that never settles ends this process.
process.channel?.unref();
endWithParent();
const found = await answer();
try {
  send?.(found, undefined, undefined, () => exit(0));
} catch (error) {
  // A function where plain data belongs.
  send?.({ kind: 'refused', problem: `the options of workers must be plain data: ${describe(error)}` }, () =>
    exit(0),
  );
}
