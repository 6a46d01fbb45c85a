// Starts the load generator, which has a process of its own on the core for load.
import { once } from 'node:events';
import path from 'node:path';
import { onLoadCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import type { ClosedPlan, ClosedResult, OpenPlan, OpenResult, Plan } from './generator/plan.ts';

/**
 * The generator has one core, so that threads of the garbage collector would only get in its way; and thousands of
 * sockets survive each collection of the young, which therefore has to be rare.
 */
const NODE_OPTIONS = [
  '--single-threaded-gc',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
] as const;

export async function generate(plan: OpenPlan): Promise<OpenResult>;
export async function generate(plan: ClosedPlan): Promise<ClosedResult>;
export async function generate(plan: Plan): Promise<unknown> {
  const main = path.join(import.meta.dirname, 'generator/main.ts');
  const child = start(onLoadCore([process.execPath, ...NODE_OPTIONS, main, JSON.stringify(plan)]));
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`the load generator ended with exit code ${exitCode}:\n${complaints}`);
  return JSON.parse(output);
}
