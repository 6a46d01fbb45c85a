// CHANGELOG.md, in the form of Keep a Changelog 1.1.0.
import { compareVersions, isVersion } from './version.ts';

const CATEGORIES: readonly string[] = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const UNRELEASED = '## [Unreleased]';

interface Section {
  readonly heading: string;
  readonly body: string;
}

function sectionsOf(changelog: string): readonly Section[] {
  return changelog
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return { heading, body: lines.join('\n').trim() };
    });
}

/** Versions that are released, newest first as they stand there. */
export function releasedVersions(changelog: string): readonly string[] {
  return sectionsOf(changelog).flatMap(({ heading }) => /^## \[(\d[^\]]*)\]/.exec(heading)?.[1] ?? []);
}

/** What is wrong with its form; empty if nothing is. */
export function formFaults(changelog: string): readonly string[] {
  const [unreleased, ...releases] = sectionsOf(changelog);
  const faults = unreleased?.heading === UNRELEASED ? [] : [`the first section must be "${UNRELEASED}"`];
  let newer: string | undefined;
  for (const { heading } of releases) {
    const [, version = '', date = ''] = /^## \[([^\]]*)\] - (\d{4}-\d\d-\d\d)$/.exec(heading) ?? [];
    if (!isVersion(version) || Number.isNaN(Date.parse(date))) {
      faults.push(`"${heading}" must be "## [version] - YYYY-MM-DD"`);
      continue;
    }
    if (newer !== undefined && compareVersions(newer, version) <= 0)
      faults.push(`${version} must stand above ${newer}`);
    newer = version;
  }
  for (const { heading, body } of [unreleased, ...releases].filter((section) => section !== undefined)) {
    if (body !== '') faults.push(...bodyFaults(body).map((fault) => `${heading}: ${fault}`));
    else if (heading !== UNRELEASED) faults.push(`${heading}: it has no changes`);
  }
  return faults;
}

function bodyFaults(body: string): readonly string[] {
  const [before = '', ...categories] = body.split(/^### /m);
  const faults = before.trim() === '' ? [] : ['changes must stand below one of the headings ###'];
  const seen = new Set<string>();
  for (const category of categories) {
    const [name = '', ...lines] = category.split('\n');
    if (!CATEGORIES.includes(name)) faults.push(`"${name}" must be one of ${CATEGORIES.join(', ')}`);
    if (seen.has(name)) faults.push(`"${name}" is there twice`);
    seen.add(name);
    const text = lines.filter((line) => line !== '');
    const odd = text.find((line) => !/^(?:- | {2})\S/.test(line));
    if (text.length === 0) faults.push(`"${name}" is empty`);
    if (odd !== undefined) faults.push(`"${odd}" must be an item of a list, or go on with one`);
  }
  return faults;
}

/** The changes that are not released yet become a version. Throws if there are none. */
export function released(changelog: string, version: string, date: string): string {
  const [unreleased] = sectionsOf(changelog);
  if (unreleased?.heading !== UNRELEASED || unreleased.body === '')
    throw new Error('CHANGELOG.md has no changes under [Unreleased]');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
}
