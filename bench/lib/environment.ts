// What a figure depends on besides the code; no host names and no paths, because results are published.
import { spawnSync } from 'node:child_process';
import { cpus, release, type } from 'node:os';
import { describePinning } from './pinning.ts';
import { repository } from './server.ts';

export function environment(): Readonly<Record<string, string>> {
  return {
    CPU: cpus()[0]?.model.trim() ?? 'unknown',
    cores: String(cpus().length), // not availableParallelism(): we may be pinned to one
    kernel: `${type()} ${release()}`,
    'Node.js': process.version,
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    pinning: describePinning(),
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: repository, encoding: 'utf8' }).stdout?.trim() ?? '';
  const hash = git('rev-parse', '--short', 'HEAD');
  if (hash === '') return 'unknown';
  const changed = git('status', '--porcelain', '--', 'src', 'bench', ':!bench/results') !== '';
  return changed ? `${hash} with changes` : hash;
}
