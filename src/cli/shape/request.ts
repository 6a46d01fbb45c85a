import type { InstanceFlags } from '../instances/index.ts';

/** `respite shape record`, as typed. */
export interface ShapeRequest extends InstanceFlags {
  readonly for?: string;
  readonly output?: string;
  readonly json?: boolean;
}
