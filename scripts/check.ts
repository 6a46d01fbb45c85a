// `npm run check`: everything that can be said about the code without running a server. Stops at nothing, so that one
// run shows all that is wrong; prints the output of the steps that failed only.
import { spawnSync } from 'node:child_process';

const STEPS: readonly (readonly [name: string, command: string])[] = [
  // First, because the examples import the package as its users do.
  ['build', 'node scripts/build.ts'],
  ['types', 'tsc --noEmit'],
  ['types, browser', 'tsc --noEmit --project src/management/console/browser'],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['format', 'oxfmt --check .'],
  ['dead code', 'knip'],
  ['layers', 'node --test "test/structure/**/*.test.ts"'],
  ['publint', 'publint --strict'],
  ['types as published', 'attw --pack . --profile esm-only'],
  ['packed tarball', 'node --test "test/package/**/*.test.ts"'],
];

let failed = 0;
for (const [name, command] of STEPS) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(20)} ${seconds.padStart(5)} s`);
  if (status !== 0) {
    failed += 1;
    console.log(`$ ${command}\n${stdout}${stderr}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
