// Repositories of git for tests, which need no identity on the machine.
import { execFileSync } from 'node:child_process';

const IDENTITY = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];

/** Runs git in a folder. Returns what it wrote, without the white space around it. */
export type Git = (...args: string[]) => string;

function gitIn(folder: string): Git {
  return (...args) => execFileSync('git', ['-C', folder, ...IDENTITY, ...args], { encoding: 'utf8' }).trim();
}

/** Makes a repository whose branch is `main`. */
export function createRepository(folder: string): Git {
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  return gitIn(folder);
}
