// What the stages need before they start: the build, the tarball that users get, and older versions of Node.js.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installNode, type NodeVersion } from '../../test/harness/nodes.ts';
import { budgetOf } from './budgets.ts';
import { type Job, type JobResult, runJob } from './job.ts';

/** Builds and packs once for all stages. @param onEnd Called with the result of each step. */
export async function build(onEnd: (result: JobResult) => void): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'respite-packed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The lifecycle script that packing runs would build again.
  for (const [name, command] of [
    ['build', 'node scripts/build.ts'],
    ['pack', `npm pack --silent --ignore-scripts --pack-destination "${folder}"`],
  ] as const) {
    const result = await runJob(step(name, command));
    onEnd(result);
    if (!result.passed) return false;
  }
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  process.env['RESPITE_TARBALL'] = path.join(folder, tarball);
  return true;
}

function step(name: string, command: string): Job {
  return {
    name,
    stage: 'build',
    load: 'measures',
    command: 'sh',
    args: ['-c', command],
    budgetSeconds: budgetOf(name),
    reportsTests: false,
  };
}

/** What {@link installOlder} has found. */
export interface OlderNodes {
  readonly paths: ReadonlyMap<NodeVersion, string>;
  /** A line for each version that could not be installed. */
  readonly missing: readonly string[];
}

/** Versions of Node.js that some stages also run on, from the npm registry. */
export async function installOlder(versions: readonly NodeVersion[]): Promise<OlderNodes> {
  const paths = new Map<NodeVersion, string>();
  const missing: string[] = [];
  await Promise.all(
    versions.map(async (version) => {
      try {
        paths.set(version, await installNode(version));
      } catch (error) {
        const [why = ''] = String(error).split('\n');
        missing.push(`Node.js ${version} could not be installed from the npm registry: ${why}`);
      }
    }),
  );
  return { paths, missing };
}
