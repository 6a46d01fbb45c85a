// Control groups: which ones a process belongs to, and what memory they allow it. Linux only, cgroups(7); pure, so that the
// caller reads the files where and when it likes.

export interface ControlGroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** Content of a file; undefined when it can't be read. */
type Read = (file: string) => string | undefined;

/** `memory.limit_in_bytes` (v1) of a group without a limit is 2⁶³ rounded to a page. */
const NO_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

/** The files of a group; `cache` is the line of `memory.stat` with the pages of files that the kernel can drop. */
const MEMORY = {
  1: { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', cache: /^total_inactive_file (\d+)$/m },
  2: { limit: 'memory.max', used: 'memory.current', cache: /^inactive_file (\d+)$/m },
} as const;

/**
 * The groups that limit a process, its own first, then those above it. In a container the path may be that of the host, which
 * does not exist there; the root's files then have the limit.
 *
 * @param text `/proc/<pid>/cgroup`: lines of `id:controllers:path`, v2 has `0::path`.
 */
export function controlGroupsIn(text: string, controller: 'cpu' | 'memory'): readonly ControlGroup[] {
  return text.split('\n').flatMap((line): ControlGroup[] => {
    const [, id, controllers = '', place = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === '0' && controllers === '') {
      return folders('/sys/fs/cgroup', place).map((folder) => ({ version: 2, folder }));
    }
    if (!controllers.split(',').includes(controller)) return [];
    return folders(`/sys/fs/cgroup/${controller}`, place).map((folder) => ({ version: 1, folder }));
  });
}

/** Bytes that the group may use; undefined without a limit: "max" (v2), the huge number of v1, and what is no number. */
export function memoryLimitOf({ version, folder }: ControlGroup, read: Read): number | undefined {
  const digits = /^\s*(\d+)\s*$/.exec(read(`${folder}/${MEMORY[version].limit}`) ?? '')?.[1];
  const bytes = Number(digits);
  return bytes > 0 && bytes < NO_LIMIT_BYTES ? bytes : undefined;
}

/**
 * Bytes that the group uses, without pages of files that the kernel can drop (what Kubernetes calls the working set).
 * Undefined where they can't be read.
 */
export function usedMemoryOf({ version, folder }: ControlGroup, read: Read): number | undefined {
  const { used, cache } = MEMORY[version];
  const bytes = Number(read(`${folder}/${used}`) ?? Number.NaN);
  if (!Number.isFinite(bytes)) return undefined;
  const droppable = Number(cache.exec(read(`${folder}/memory.stat`) ?? '')?.[1] ?? 0);
  return Math.max(0, bytes - droppable);
}

function folders(root: string, place: string): string[] {
  const found = [root];
  for (const part of place.split('/')) {
    // A namespace whose root is deeper than ours shows as "..": those groups can't be read from here.
    if (part !== '' && part !== '..') found.push(`${found.at(-1)}/${part}`);
  }
  return found.toReversed();
}
