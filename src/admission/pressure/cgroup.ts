// What memory the kernel allows this process, from the files of its control groups. Linux only; pure, so that the
// caller reads the files where and when it likes.

/** `memory.max` and `memory.limit_in_bytes` of a group without a limit: "max" (v2), or 2⁶³ rounded to a page (v1). */
const NO_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * The limit that `memory.max` (v2) or `memory.limit_in_bytes` (v1) holds. Undefined for none: "max", the huge number
 * that v1 has instead, and whatever is not a number.
 */
export function parseMemoryLimitBytes(text: string): number | undefined {
  const digits = /^\s*(\d+)\s*$/.exec(text)?.[1];
  const bytes = Number(digits);
  return bytes > 0 && bytes < NO_LIMIT_BYTES ? bytes : undefined;
}

/**
 * The files that may limit this process's memory: its group's and those of every group above it.
 * Inside a container the path may be that of the host, which does not exist there; the root's file then has the limit.
 *
 * @param text `/proc/self/cgroup`, see cgroups(7): lines of `id:controllers:path`, v2 has `0::path`.
 */
export function memoryLimitFiles(text: string): string[] {
  const files: string[] = [];
  for (const line of text.split('\n')) {
    const [, id, controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === '0' && controllers === '') addGroups(files, '/sys/fs/cgroup', path, 'memory.max');
    else if (controllers.split(',').includes('memory')) {
      addGroups(files, '/sys/fs/cgroup/memory', path, 'memory.limit_in_bytes');
    }
  }
  return files;
}

function addGroups(files: string[], root: string, path: string, file: string): void {
  let group = root;
  files.push(`${group}/${file}`);
  for (const part of path.split('/')) {
    // A namespace whose root is deeper than ours shows as "..": those groups can't be read from here.
    if (part === '' || part === '..') continue;
    group += `/${part}`;
    files.push(`${group}/${file}`);
  }
}

/**
 * The memory that a group uses, without the files' pages that the kernel can drop (what Kubernetes calls the working set).
 * Undefined where it can't be read.
 *
 * @param limitFile The file with the group's limit, from {@link memoryLimitFiles}.
 */
export function usedMemoryBytes(
  limitFile: string,
  read: (file: string) => string | undefined,
): number | undefined {
  const isV2 = limitFile.endsWith('/memory.max');
  const group = limitFile.slice(0, limitFile.lastIndexOf('/'));
  const used = Number(read(`${group}/${isV2 ? 'memory.current' : 'memory.usage_in_bytes'}`) ?? Number.NaN);
  if (!Number.isFinite(used)) return undefined;
  const inactive = isV2 ? /^inactive_file (\d+)$/m : /^total_inactive_file (\d+)$/m;
  const droppable = Number(inactive.exec(read(`${group}/memory.stat`) ?? '')?.[1] ?? 0);
  return Math.max(0, used - droppable);
}
