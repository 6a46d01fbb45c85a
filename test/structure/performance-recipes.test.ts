// The recipes for continuous integration that users copy: YAML, and a command line that `respite load` takes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { parseDocument } from 'yaml';
import { compareOptionsOf } from '../../src/cli/load/against/flags.ts';
import { addLoad } from '../../src/cli/load/commands.ts';
import type { LoadRequest } from '../../src/cli/load/request.ts';
import { repository } from './sources.ts';

interface Workflow {
  readonly jobs: { readonly performance: { readonly steps: readonly { readonly run?: string }[] } };
}

interface Pipeline {
  readonly performance: {
    readonly script: readonly string[];
    readonly artifacts: { readonly paths: readonly string[] };
  };
}

function recipe(name: string): unknown {
  const document = parseDocument(readFileSync(path.join(repository, 'deploy/ci', name), 'utf8'));
  assert.deepEqual([...document.errors, ...document.warnings], [], name);
  return document.toJS();
}

/** What the shell makes of a script that runs `npx respite load`. */
async function requestOf(script: string, env: Readonly<Record<string, string>>): Promise<LoadRequest> {
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', `npx() { for word; do printf '%s\\n' "$word"; done; }\n${script}`],
    {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
  const [respite, ...args] = stdout.trimEnd().split('\n');
  assert.equal(respite, 'respite');
  const requests: LoadRequest[] = [];
  const program = new Command().exitOverride();
  addLoad(program, async (request) => void requests.push(request));
  await program.parseAsync(args, { from: 'user' });
  const [request] = requests;
  assert.ok(request !== undefined);
  return request;
}

test('GitHub Actions', async () => {
  const { jobs } = recipe('github-actions.yml') as Workflow;
  const script = jobs.performance.steps.findLast(({ run }) => run !== undefined)?.run ?? '';
  const request = await requestOf(script, { GITHUB_BASE_REF: 'main', GITHUB_STEP_SUMMARY: '/summary' });
  const { baseline, path: requestPath, durationMs } = compareOptionsOf(request);
  assert.deepEqual(
    { ...baseline, command: undefined },
    { ref: 'origin/main', setup: 'npm ci', command: undefined },
  );
  assert.deepEqual([requestPath, durationMs, request.flags.markdown], ['/', 180_000, '/summary']);
});

test('GitLab', async () => {
  const { script, artifacts } = (recipe('gitlab-ci.yml') as Pipeline).performance;
  const request = await requestOf(script.at(-1) ?? '', { CI_MERGE_REQUEST_DIFF_BASE_SHA: '1a2b3c' });
  const { baseline, path: requestPath, durationMs } = compareOptionsOf(request);
  assert.deepEqual(
    { ...baseline, command: undefined },
    { ref: '1a2b3c', setup: 'npm ci', command: undefined },
  );
  assert.deepEqual([requestPath, durationMs], ['/', 180_000]);
  assert.deepEqual(artifacts.paths, [request.flags.markdown]);
});

test('the guide shows the recipes as they are', () => {
  const guide = readFileSync(path.join(repository, 'docs/guide/performance-tests-in-ci.md'), 'utf8');
  const shown = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text);
  const files = ['github-actions.yml', 'gitlab-ci.yml'].map((name) =>
    readFileSync(path.join(repository, 'deploy/ci', name), 'utf8'),
  );
  assert.deepEqual(shown, files);
});
