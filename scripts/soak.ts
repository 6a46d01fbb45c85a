// `npm run soak -- --minutes 120`: random faults under traffic. What remains for a person? Builds first.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const USAGE = 'npm run soak -- [--minutes <n>] [--every <seconds>] [--built]';

process.exitCode = main();

function main(): number {
  const settings = readSettings();
  if (settings === undefined) {
    console.error(
      `soak: ${USAGE}; minutes (60) and seconds between faults (30) are numbers greater than 0, --built takes dist as it is`,
    );
    return 2;
  }
  const { minutes, everySeconds, isBuilt } = settings;
  const built = isBuilt ? 0 : run(['scripts/build.ts']);
  return (
    built ||
    run(['--test', 'test/soak/soak.test.ts'], {
      RESPITE_TEST_SOAK_MINUTES: String(minutes),
      RESPITE_TEST_SOAK_EVERY_SECONDS: String(everySeconds),
    })
  );
}

interface Settings {
  readonly minutes: number;
  readonly everySeconds: number;
  readonly isBuilt: boolean;
}

function readSettings(): Settings | undefined {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '60' },
        every: { type: 'string', default: '30' },
        built: { type: 'boolean', default: false },
      },
    });
    const settings = {
      minutes: Number(values.minutes),
      everySeconds: Number(values.every),
      isBuilt: values.built,
    };
    const isPositive = (value: number): boolean => value > 0 && value < Infinity;
    return isPositive(settings.minutes) && isPositive(settings.everySeconds) ? settings : undefined;
  } catch {
    return undefined;
  }
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, RESPITE_BIN: 'dist/cli/bin.js', ...env },
  });
  return status ?? 1;
}
