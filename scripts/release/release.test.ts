import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formFaults, released, releasedVersions } from './changelog.ts';
import { packageFaults } from './package-files.ts';
import { missingFields, repositoryFields } from './repository.ts';
import { compareVersions, nextVersion } from './version.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- One thing,
  on two lines.

## [0.2.0] - 2026-02-01

### Fixed

- Another.

## [0.1.0] - 2026-01-01

### Added

- The first.
`;

test('a version is raised by its name, or given', () => {
  assert.deepEqual(
    ['major', 'minor', 'patch', '4.5.6', 'v1', 'toString', '01.2.3', '1.2.3-rc.1'].map((wanted) =>
      nextVersion('1.2.3', wanted),
    ),
    ['2.0.0', '1.3.0', '1.2.4', '4.5.6', undefined, undefined, undefined, undefined],
  );
});

test('versions are ordered by their numbers', () => {
  const sorted = ['1.10.0', '1.9.12', '0.20.3', '1.9.2'].toSorted(compareVersions);
  assert.deepEqual(sorted, ['0.20.3', '1.9.2', '1.9.12', '1.10.0']);
  assert.equal(compareVersions('1.2.3', '1.2.3'), 0);
});

test('what is not released yet becomes a version, and room is made for what comes', () => {
  const after = released(CHANGELOG, '0.3.0', '2026-03-01');
  assert.match(after, /## \[Unreleased\]\n\n## \[0\.3\.0\] - 2026-03-01\n\n### Added\n\n- One thing,/);
  assert.deepEqual(releasedVersions(after), ['0.3.0', '0.2.0', '0.1.0']);
  assert.deepEqual(formFaults(after), []);
  assert.throws(() => released(after, '0.4.0', '2026-04-01'), /no changes under \[Unreleased\]/);
});

test('faults in the form of the changelog are found', () => {
  const cases: readonly (readonly [from: string | RegExp, to: string, fault: RegExp])[] = [
    [/## \[Unreleased\][^]*?(?=## \[0\.2)/, '', /the first section must be/],
    ['2026-02-01', 'February', /must be "## \[version\] - YYYY-MM-DD"/],
    ['[0.2.0]', '[0.0.9]', /0\.1\.0 must stand above 0\.0\.9/],
    ['### Fixed', '### Repaired', /"Repaired" must be one of Added/],
    ['- Another.', 'Another.', /"Another\." must be an item of a list/],
    ['### Fixed\n\n', '', /changes must stand below one of the headings/],
    ['- Another.\n', '', /"Fixed" is empty/],
    ['- The first.', '- The first.\n\n### Added\n\n- It again.', /"Added" is there twice/],
    ['### Added\n\n- The first.\n', '', /\[0\.1\.0\] - 2026-01-01: it has no changes/],
  ];
  for (const [from, to, fault] of cases)
    assert.match(formFaults(CHANGELOG.replace(from, to)).join('\n'), fault);
  assert.deepEqual(formFaults(CHANGELOG), []);
});

test('the package holds the build and what belongs to it, and nothing else', () => {
  const files = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cli/bin.js', 'dist/index.js'];
  assert.deepEqual(packageFaults(files, ['dist/cli/bin.js']), []);
  assert.deepEqual(packageFaults([...files.slice(1), 'src/index.ts', 'dist/a.test.js'], ['dist/other.js']), [
    'the package would not hold package.json',
    'the package would not hold dist/other.js',
    'the package would hold src/index.ts',
    'the package would hold dist/a.test.js',
  ]);
});

test('the registry is led to the repository', () => {
  const fields = repositoryFields('https://git.example/owner/respite.git');
  assert.deepEqual(fields, {
    repository: { type: 'git', url: 'git+https://git.example/owner/respite.git' },
    homepage: 'https://git.example/owner/respite#readme',
    bugs: { url: 'https://git.example/owner/respite/issues' },
  });
  assert.deepEqual(missingFields(fields), []);
  assert.deepEqual(missingFields({ homepage: '' }), ['repository', 'bugs']);
});
