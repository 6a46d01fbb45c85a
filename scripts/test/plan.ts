// What there is to run: each stage, and which of its files compute, wait or measure.
import path from 'node:path';
import { HISTORIES_SHARE } from '../../test/harness/histories.ts';
import type { NodeVersion } from '../../test/harness/nodes.ts';
import { budgetOf } from './budgets.ts';
import type { Job, Load } from './job.ts';
import { filesOf, membersOf, OLDER_SHARE, repository, type Stage, STAGES } from './stages.ts';

/** A step that is a command. */
interface Command {
  readonly name: string;
  readonly command: string;
}

/** Static checks, of `npm run check`. */
const CHECKS: readonly Command[] = [
  { name: 'types', command: 'tsc --noEmit' },
  { name: 'types, browser', command: 'tsc --noEmit --project src/management/console/browser' },
  { name: 'lint', command: 'oxlint --type-aware --deny-warnings' },
  { name: 'format', command: 'oxfmt --check .' },
  { name: 'dead code', command: 'knip' },
  { name: 'publint', command: 'publint --strict "$RESPITE_TARBALL"' },
  { name: 'types as published', command: 'attw "$RESPITE_TARBALL" --profile esm-only' },
];

/** Files that take all of the machine: nothing else gets anything done meanwhile. */
const FLOODS: ReadonlySet<string> = new Set(['test/process/faults/busy-machine.test.ts']);

/**
 * Files that assert on the pace of memory or of a machine under load. They use a core, and have the other one almost to themselves:
 * more beside them would change what they measure.
 */
const MEASURES: ReadonlySet<string> = new Set([
  'test/process/counters.test.ts',
  'test/process/faults/gc-death-spiral.test.ts',
]);

/** Files that assert on rates or latencies, but that take a small part of a core. */
const PACES: ReadonlySet<string> = new Set([
  'examples/mailbox/test/storm-run.test.ts',
  'test/process/killed.test.ts',
  'test/process/long-lived.test.ts',
  'test/process/slow-peers.test.ts',
]);

/** Files of stages that wait, but that keep a core busy: with workers that spin, or under load. */
const COMPUTES: ReadonlySet<string> = new Set([
  'test/contract/cache-fuzz.test.ts',
  'test/contract/cache-memory.test.ts',
  'test/contract/lifecycle.test.ts',
  'test/process/admission.test.ts',
  'test/process/faults/blocked-loop.test.ts',
  'test/process/faults/memory.test.ts',
  'test/process/rolling.test.ts',
  'test/process/unix-sockets.test.ts',
  'test/services/balancers.test.ts',
]);

/** Options of Node.js for many files in one process. */
const TOGETHER = ['--import', here('keep-alive.ts'), '--test', '--experimental-test-isolation=none'];

/** Options of Node.js for stages with property tests. */
const SEEDED = ['--import', here('seed-properties.ts')];

/** `respite run` from the sources, which the other process tests leave to the build. */
const FROM_SOURCES = 'test/process/output.test.ts';

export const STAGE_NAMES: readonly string[] = ['check', ...STAGES.map(({ name }) => name)];

/** Stages that run from the sources alone. */
const WITHOUT_BUILD: ReadonlySet<string> = new Set(['unit', 'simulator', 'conformance', 'contract']);

export function needsBuild(names: ReadonlySet<string>): boolean {
  return [...names].some((name) => !WITHOUT_BUILD.has(name));
}

export function runsOnOlder(names: ReadonlySet<string>): boolean {
  return STAGES.some(({ name, versions }) => versions.length > 0 && names.has(name));
}

/**
 * Jobs of the stages with these names.
 *
 * @param only Parts of file names; empty for all files.
 * @param older How to start older versions of Node.js, those that could be installed.
 */
export function plan(
  names: ReadonlySet<string>,
  only: readonly string[],
  older: ReadonlyMap<NodeVersion, string>,
): Job[] {
  const jobs = names.has('check') && only.length === 0 ? CHECKS.map(checkJob) : [];
  for (const stage of STAGES) {
    if (!names.has(stage.name)) continue;
    const files = filesOf(stage).filter(
      (file) => only.length === 0 || only.some((part) => file.includes(part)),
    );
    if (files.length === 0) continue;
    const nodes: [label: string, node: string][] = [['', process.execPath]];
    for (const version of stage.versions) {
      const node = older.get(version);
      if (node !== undefined) nodes.push([`, Node.js ${version}`, node]);
    }
    const groups = stage.groups.map((group) => ({ group, members: membersOf(group, files) }));
    const grouped = new Set(groups.flatMap(({ members }) => members));
    for (const [label, node] of nodes) {
      for (const { group, members } of groups) {
        if (members.length > 0) jobs.push(groupJob(stage, node, group.name, members, label));
      }
      for (const file of files) if (!grouped.has(file)) jobs.push(fileJob(stage, node, file, label));
    }
    if (stage.name === 'process' && files.includes(FROM_SOURCES)) {
      const job = fileJob(stage, process.execPath, FROM_SOURCES, ', from sources');
      jobs.push({ ...job, env: { ...job.env, RESPITE_BIN: 'src/cli/bin.ts' } });
    }
  }
  return jobs;
}

function loadOf(stage: Stage, file: string): Load {
  if (FLOODS.has(file)) return 'floods';
  if (MEASURES.has(file)) return 'measures';
  if (PACES.has(file)) return 'paces';
  return COMPUTES.has(file) ? 'computes' : stage.load;
}

function checkJob({ name, command }: Command): Job {
  return {
    name,
    stage: 'check',
    load: 'computes',
    command: 'sh',
    args: ['-c', command],
    budgetSeconds: budgetOf(name),
    reportsTests: false,
  };
}

function fileJob(stage: Stage, node: string, file: string, label: string): Job {
  // A test file by itself is a process; `--test` would start a second one for it.
  return {
    ...testJob(stage, node, [file]),
    name: `${file}${label}`,
    load: loadOf(stage, file),
    budgetSeconds: budgetOf(file),
  };
}

function groupJob(stage: Stage, node: string, name: string, files: readonly string[], label: string): Job {
  const job = testJob(stage, node, [...TOGETHER, ...files]);
  return { ...job, name: `${name}${label}`, load: stage.load, budgetSeconds: budgetOf(name), files };
}

function testJob(
  stage: Stage,
  node: string,
  args: readonly string[],
): Omit<Job, 'name' | 'load' | 'budgetSeconds'> {
  return {
    stage: stage.name,
    command: node,
    args: [...(stage.hasProperties ? SEEDED : []), ...args],
    env: {
      ...(node === process.execPath ? {} : { [HISTORIES_SHARE]: String(OLDER_SHARE) }),
      RESPITE_BIN: 'dist/cli/bin.js',
      NODE_COMPILE_CACHE: path.join(repository, '.cache/compiled'),
    },
    reportsTests: true,
  };
}

/** As a URL: processes that inherit the option may run in another directory. */
function here(file: string): string {
  return new URL(file, import.meta.url).href;
}
