// `npm run bench -- <name> [filters] [--quick] [--save]`: builds, and then runs one benchmark.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const isToRun = process.argv.slice(2).some((argument) => !argument.startsWith('-'));
if (isToRun) build();
// Not before: benchmarks import `respite/…`, and would measure the build before this one.
const { main } = await import('./main.ts');
process.exitCode = await main();

function build(): void {
  console.log('building dist');
  const cwd = path.join(import.meta.dirname, '..');
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}
