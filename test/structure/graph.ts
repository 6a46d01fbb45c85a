// What loads what. Imports of types load nothing, so they are no edges.
import type { Import } from './sources.ts';

/** The files that the entries load, and how: each with the file that brought it in. */
export function loadedBy(
  entries: readonly string[],
  imports: readonly Import[],
): ReadonlyMap<string, string | undefined> {
  const loads = edges(imports);
  const loaded = new Map<string, string | undefined>(entries.map((entry) => [entry, undefined]));
  // A Map goes on to what is added while it is iterated.
  for (const [file] of loaded) {
    for (const next of loads.get(file) ?? []) if (!loaded.has(next)) loaded.set(next, file);
  }
  return loaded;
}

/** `entry → … → file` */
export function chainTo(file: string, loaded: ReadonlyMap<string, string | undefined>): string {
  const chain = [file];
  for (let by = loaded.get(file); by !== undefined; by = loaded.get(by)) chain.unshift(by);
  return chain.join(' → ');
}

/** One cycle, `a → b → a`, for each edge that closes one in a depth-first walk: none is found only if there is none. */
export function cyclesIn(imports: readonly Import[]): readonly string[] {
  const loads = edges(imports);
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file);
    if (seenAt !== -1) {
      cycles.push([...path.slice(seenAt), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of loads.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of [...loads.keys()].toSorted()) walk(file, []);
  return cycles;
}

function edges(imports: readonly Import[]): ReadonlyMap<string, readonly string[]> {
  const loads = new Map<string, string[]>();
  for (const { from, to, isTypeOnly } of imports) {
    if (isTypeOnly) continue;
    const all = loads.get(from);
    if (all === undefined) loads.set(from, [to]);
    else all.push(to);
  }
  return loads;
}
