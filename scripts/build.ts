// Builds dist/ from src/ with plain tsc, from scratch, so that nothing of an older build is ever published.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('tsc --project tsconfig.build.json', { stdio: 'inherit', shell: true });
if (status !== 0) process.exit(status ?? 1);
chmodSync('dist/cli/bin.js', 0o755);
