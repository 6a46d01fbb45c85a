// Which modules the build puts together in one file. What a start always loads is gathered in few files: a process resolves, opens and
// links each of them.

/** What is loaded in this order by every `respite run`, by modules that it starts with. Names below `src`. */
export const STAGES = {
  command: ['cli/main'],
  // While the first worker starts.
  supervisor: [
    'cli/instances/record',
    'core/redact',
    'management/index',
    'supervisor/detect/canary/index',
    'supervisor/detect/crash/classify',
    'supervisor/detect/crash/kernel-kills',
    'supervisor/detect/probes/index',
    'supervisor/incidents/evidence/folder',
    'supervisor/incidents/evidence/interrupted',
    'supervisor/incidents/evidence/keeper',
    'supervisor/incidents/evidence/on-demand',
    'supervisor/instance/healing/rounds',
    'supervisor/instance/look-after',
    'supervisor/instance/supervisor',
    'supervisor/outage/index',
  ],
  worker: ['worker/start'],
} as const;

/** A file of a build in which modules are together only when the same entries need them. */
export interface Chunk {
  readonly fileName: string;
  /** Files that are loaded with it. */
  readonly imports: readonly string[];
  /** Files of its modules. */
  readonly moduleIds: readonly string[];
}

/**
 * Names the file of each module that a start always loads, by the file of that module. Modules have the same name when the same stages and
 * the same entries need them. So no two files need each other, and what other processes and users' code load does not grow.
 *
 * @param chunks A build without these names.
 * @param entries Modules that are loaded elsewhere, without a stage's own, named below `src`.
 * @param fileOf The file of a module below `src`.
 */
export function chunkNames(
  chunks: readonly Chunk[],
  entries: readonly string[],
  fileOf: (name: string) => string,
): ReadonlyMap<string, string> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const loads = (root: string): ReadonlySet<Chunk> => {
    const found = new Set(chunks.filter(({ moduleIds }) => moduleIds.includes(fileOf(root))));
    if (found.size === 0) throw new Error(`${root} is in no file`);
    for (const { imports } of found) {
      for (const each of imports) {
        const chunk = byName.get(each);
        if (chunk !== undefined) found.add(chunk);
      }
    }
    return found;
  };
  const stages = Object.entries(STAGES).map(([stage, roots]) => ({ stage, loaded: roots.map(loads) }));
  const others = entries.map(loads);
  const imported = new Set(chunks.flatMap(({ imports }) => imports));
  const isImported = (file: string): boolean =>
    chunks.some(({ fileName, moduleIds }) => imported.has(fileName) && moduleIds.includes(file));
  // A module that others import cannot stay out: its file would need theirs, and theirs its own.
  const roots = Object.values(STAGES).flat().map(fileOf);
  const isLeft = new Set([...entries.map(fileOf), ...roots.filter((root) => !isImported(root))]);
  const names = new Map<string, string>();
  const found = new Map<string, string>();
  for (const chunk of chunks) {
    const by = stages.filter(({ loaded }) => loaded.some((each) => each.has(chunk)));
    if (by.length === 0) continue;
    const prefix = by.map(({ stage }) => stage).join('-');
    const key = `${prefix} ${others.map((each) => Number(each.has(chunk))).join('')}`;
    const earlier = [...names.keys()].filter((other) => other.startsWith(`${prefix} `)).length;
    const name = names.get(key) ?? (earlier === 0 ? prefix : `${prefix}-${earlier + 1}`);
    names.set(key, name);
    for (const id of chunk.moduleIds) if (!isLeft.has(id)) found.set(id, name);
  }
  return found;
}

/** The first cycle of files that import each other, in the order of their imports; undefined when there is none. */
export function cycleIn(chunks: readonly Chunk[]): readonly string[] | undefined {
  const importsOf = new Map(chunks.map(({ fileName, imports }) => [fileName, imports]));
  const isDone = new Set<string>();
  const visit = (fileName: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(fileName);
    if (at !== -1) return [...path.slice(at), fileName];
    if (isDone.has(fileName)) return undefined;
    for (const each of importsOf.get(fileName) ?? []) {
      const cycle = visit(each, [...path, fileName]);
      if (cycle !== undefined) return cycle;
    }
    isDone.add(fileName);
    return undefined;
  };
  for (const { fileName } of chunks) {
    const cycle = visit(fileName, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
