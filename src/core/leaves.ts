// What options consist of, by path: to find out which have changed.

/** Deeper values are compared by their type only: options are not that deep, and values of the user's own may hold themselves. */
const MAX_DEPTH = 8;

/**
 * Every value that is no plain object or array, as text, by its path: `supervisor.detect.memory.warnShare`. Functions are compared by their
 * source, other objects by the name of their class. What is undefined is left out.
 */
export function leavesOf(value: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  collect(value, '', 0, leaves);
  return leaves;
}

/** Paths whose values differ, in the order of their names. */
export function changedLeaves(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => before.get(path) !== now.get(path)).toSorted();
}

function collect(value: unknown, path: string, depth: number, leaves: Map<string, string>): void {
  const isArray = Array.isArray(value);
  if (depth < MAX_DEPTH && (isArray || isPlain(value))) {
    for (const key of Object.keys(value)) {
      const name = isArray ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      collect(read(value, key), name, depth + 1, leaves);
    }
    return;
  }
  if (value !== undefined) leaves.set(path, textOf(value));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A getter is the user's code. */
function read(holder: object, key: string): unknown {
  try {
    return (holder as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return `[${value.constructor?.name ?? 'object'}]`;
  return String(value);
}
