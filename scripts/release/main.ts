// Prepares a release: checks that one can be made, and with --write changes the version everywhere. Publishing is left to a person.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formFaults, released, releasedVersions } from './changelog.ts';
import { packageFaults } from './package-files.ts';
import { missingFields, repositoryFields } from './repository.ts';
import { compareVersions, nextVersion } from './version.ts';

const USAGE = `npm run release -- <major | minor | patch | version> [--write] [--repository <address>] [--built]

  --write         change the version in package.json, package-lock.json, src/core/version.ts and CHANGELOG.md;
                  without it nothing is changed
  --repository    the repository's address on the Web, where package.json has none yet
  --built         dist is what the sources make: do not build it again
`;

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

const repository = path.resolve(import.meta.dirname, '../..');

function read(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8');
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: repository, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** Reasons not to release this; empty if there are none. */
function problemsOf(manifest: Manifest, version: string): readonly string[] {
  const changelog = read('CHANGELOG.md');
  const [newest] = releasedVersions(changelog);
  const problems = [...formFaults(changelog)];
  if (newest !== undefined && compareVersions(version, newest) <= 0)
    problems.push(`${version} must come after ${newest}, the newest version in CHANGELOG.md`);
  try {
    released(changelog, version, '2000-01-01');
  } catch (error) {
    problems.push((error as Error).message);
  }
  if (run('git', 'status', '--porcelain') !== '')
    problems.push('the working tree has changes that are not committed');
  if (run('git', 'tag', '--list', `v${version}`) !== '') problems.push(`the tag v${version} exists`);
  const missing = missingFields(manifest as object);
  if (missing.length > 0)
    problems.push(
      `package.json has no ${missing.join(', ')}: links of README lead nowhere on the registry. Give --repository <address>`,
    );
  return problems;
}

/** What is wrong with the files that would be packed. */
function packageProblems(manifest: Manifest, isBuilt: boolean): readonly string[] {
  if (!isBuilt) run('npm', 'run', '--silent', 'build');
  const [packed] = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts')) as {
    readonly files: readonly { readonly path: string }[];
  }[];
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : [target.types, target.default],
  );
  const wanted = [...Object.values(manifest.bin), ...targets].map((file) => file.replace(/^\.\//, ''));
  return packageFaults(packed?.files.map((file) => file.path) ?? [], wanted);
}

/** Text of each file that has the version in it, with the new one. */
function changed(version: string, address: string | undefined): ReadonlyMap<string, string> {
  const fields = address === undefined ? {} : repositoryFields(address);
  const manifest = { ...(JSON.parse(read('package.json')) as object), version, ...fields };
  const lock = JSON.parse(read('package-lock.json')) as { packages: { '': object } };
  const packages = { ...lock.packages, '': { ...lock.packages[''], version } };
  const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const date = new Date().toISOString().slice(0, 10);
  return new Map([
    ['package.json', json(manifest)],
    ['package-lock.json', json({ ...lock, version, packages })],
    ['src/core/version.ts', read('src/core/version.ts').replace(/'\d+\.\d+\.\d+[^']*'/, `'${version}'`)],
    ['CHANGELOG.md', released(read('CHANGELOG.md'), version, date)],
  ]);
}

function stepsAfter(version: string): string {
  return `Left to you:
  .ci/run                                          # what continuous integration runs; it must pass
  git commit --all --message "Release ${version}"
  git tag --annotate v${version} --message ${version}
  git push --follow-tags
  npm publish --provenance --access public         # in a CI job with an OIDC token, which provenance needs
`;
}

interface Arguments {
  /** `minor`, or a version. */
  readonly wanted: string;
  readonly write: boolean;
  readonly isBuilt: boolean;
  readonly address: string | undefined;
}

/** What is wrong, as text, when they can't be understood. */
function readArguments(): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        write: { type: 'boolean', default: false },
        built: { type: 'boolean', default: false },
        repository: { type: 'string' },
      },
    });
    const [wanted, ...others] = positionals;
    if (wanted === undefined || others.length > 0) return 'one version is needed';
    return { wanted, write: values.write, isBuilt: values.built, address: values.repository };
  } catch (error) {
    return (error as Error).message;
  }
}

function main(): number {
  const given = readArguments();
  const original = JSON.parse(read('package.json')) as Manifest;
  const version = typeof given === 'string' ? undefined : nextVersion(original.version, given.wanted);
  if (typeof given === 'string' || version === undefined) {
    const problem = typeof given === 'string' ? given : `${given.wanted} is no version`;
    process.stderr.write(`release: ${problem}\n\n${USAGE}`);
    return 2;
  }
  const { write, isBuilt, address } = given;
  const manifest = address === undefined ? original : { ...original, ...repositoryFields(address) };
  process.stdout.write(`Release ${original.version} → ${version}\n`);
  let problems = problemsOf(manifest, version);
  if (problems.length === 0) problems = packageProblems(manifest, isBuilt);
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `release: ${problem}\n`).join(''));
    return 1;
  }
  const files = changed(version, address);
  if (write) for (const [file, text] of files) writeFileSync(path.join(repository, file), text);
  process.stdout.write(`${write ? 'Changed' : 'Would change'}: ${[...files.keys()].join(', ')}\n`);
  process.stdout.write(write ? stepsAfter(version) : 'Nothing is changed without --write.\n');
  return 0;
}

process.exitCode = main();
