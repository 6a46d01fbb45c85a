// The release script, on a copy of this repository.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { releasedVersions } from '../../scripts/release/changelog.ts';
import { nextVersion } from '../../scripts/release/version.ts';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';

const ADDRESS = 'https://git.example/owner/respite';
const copy = temporaryDirectory();

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
    cwd: copy,
    encoding: 'utf8',
  });

/** Files that are part of the repository or are about to be, the build, and packages by a link. */
function copyRepository(): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0')) {
    const from = path.join(repository, file);
    if (file === '' || !existsSync(from)) continue;
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(from, path.join(copy, file));
  }
  symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'));
  cpSync(path.join(repository, 'dist'), path.join(copy, 'dist'), { recursive: true });
  // The pattern of .gitignore is for a folder, and this is a link.
  writeFileSync(path.join(copy, '.git-exclude'), 'node_modules\n.git-exclude\n');
  git('init', '--quiet');
  git('config', 'core.excludesFile', path.join(copy, '.git-exclude'));
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Everything');
}

function release(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release/main.ts', ...args], {
    cwd: copy,
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

test('a release is prepared in a clean copy, and changes nothing without `--write`', () => {
  copyRepository();
  assert.equal(release().code, 2, 'without a version');
  assert.equal(release('minor', '--force').code, 2, 'with an option that does not exist');
  const version = nextVersion(packageJson.version, 'minor') ?? '';

  const dry = release('minor', '--repository', ADDRESS, '--built');
  assert.deepEqual([dry.code, git('status', '--porcelain')], [0, ''], dry.said);
  assert.match(dry.said, /Nothing is changed without --write/);

  const written = release('minor', '--repository', ADDRESS, '--built', '--write');
  assert.equal(written.code, 0, written.said);
  assert.match(written.said, /npm publish --provenance/);
  const read = (file: string): string => readFileSync(path.join(copy, file), 'utf8');
  const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
  assert.deepEqual([manifest['version'], manifest['homepage']], [version, `${ADDRESS}#readme`]);
  const { version: lockVersion, packages } = JSON.parse(read('package-lock.json')) as {
    readonly version: string;
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  assert.deepEqual([lockVersion, packages['']?.version], [version, version]);
  assert.ok(read('src/core/version.ts').includes(`VERSION = '${version}'`));
  assert.equal(releasedVersions(read('CHANGELOG.md'))[0], version);
  assert.equal(
    git('diff', '--name-only'),
    'CHANGELOG.md\npackage-lock.json\npackage.json\nsrc/core/version.ts\n',
  );

  const again = release('minor');
  assert.equal(again.code, 1);
  assert.match(again.said, /the working tree has changes that are not committed/);
  assert.match(again.said, /has no changes under \[Unreleased\]/);
});
