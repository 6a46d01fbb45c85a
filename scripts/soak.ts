// `npm run soak -- --minutes 120`: random faults under traffic. What remains for a person? Builds first.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const USAGE = 'npm run soak -- [--minutes <n>]';

process.exitCode = main();

function main(): number {
  const minutes = readMinutes();
  if (minutes === undefined) {
    console.error(`soak: ${USAGE}, where <n> is a number greater than 0; default 60`);
    return 2;
  }
  return run(['scripts/build.ts']) || run(['--test', 'test/soak/soak.test.ts'], String(minutes));
}

function readMinutes(): number | undefined {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
    const minutes = Number(values.minutes);
    return minutes > 0 && minutes < Infinity ? minutes : undefined;
  } catch {
    return undefined;
  }
}

function run(args: readonly string[], minutes: string = ''): number {
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, RESPITE_BIN: 'dist/cli/bin.js', RESPITE_TEST_SOAK_MINUTES: minutes },
  });
  return status ?? 1;
}
