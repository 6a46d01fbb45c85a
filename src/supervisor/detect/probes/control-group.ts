// Which control groups this process belongs to.
import { type ControlGroup, controlGroupsIn } from '../../../core/control-group.ts';
import { type ReadFile, readShort, settingsOf } from './proc.ts';

/** The groups that limit this process, its own first, then those above it. */
export function controlGroups(
  controller: 'cpu' | 'memory',
  readFile: ReadFile = readShort,
): readonly ControlGroup[] {
  return controlGroupsIn(settingsOf(readFile)('/proc/self/cgroup') ?? '', controller);
}
