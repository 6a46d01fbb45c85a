// Versions by Semantic Versioning, of three numbers: no pre-releases.

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** `minor` after `1.2.3` is `1.3.0`; a version is itself. Undefined for what is neither. */
export function nextVersion(current: string, wanted: string): string | undefined {
  if (isVersion(wanted)) return wanted;
  const [major = 0, minor = 0, patch = 0] = numbersOf(current);
  switch (wanted) {
    case 'major':
      return `${major + 1}.0.0`;
    case 'minor':
      return `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1}`;
    default:
      return undefined;
  }
}

/** Negative if `a` comes before `b`, 0 if they are the same. */
export function compareVersions(a: string, b: string): number {
  const other = numbersOf(b);
  for (const [index, number] of numbersOf(a).entries()) {
    const difference = number - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number);
}
