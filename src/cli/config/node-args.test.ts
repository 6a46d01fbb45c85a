import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODE_ARG_RULE } from '../../supervisor/instance/options.ts';
import { resolveSettings } from '../settings.ts';
import { checkConfig } from './check.ts';

test('options for Node.js: what is run brings its own, flags win over the configuration', () => {
  const config = { supervisor: { nodeArgs: ['--env-file=.env'] } };
  assert.deepEqual(checkConfig(config), { ok: true, config });
  const nodeArgs = (flags: readonly string[] | undefined): readonly string[] =>
    resolveSettings(flags === undefined ? {} : { nodeArg: flags }, config, {}, ['-r', 'a']).supervisor
      .nodeArgs;
  assert.deepEqual(nodeArgs(undefined), ['-r', 'a', '--env-file=.env']);
  assert.deepEqual(nodeArgs(['--import', 'tsx']), ['-r', 'a', '--import', 'tsx']);
});

for (const option of ['--watch', '--watch-path=src', '-e', '-pe', '--eval=1', '--test', '--', '']) {
  test(`no option to run a server with: ${option}`, () => {
    const text = `must be ${NODE_ARG_RULE}, got ${JSON.stringify(option)}`;
    const problems = [`supervisor.nodeArgs[0] ${text}`];
    assert.deepEqual(checkConfig({ supervisor: { nodeArgs: [option] } }), { ok: false, problems });
    const flags = { nodeArg: [option] };
    assert.throws(() => resolveSettings(flags, {}, {}), { message: `--node-arg ${text}` });
  });
}
