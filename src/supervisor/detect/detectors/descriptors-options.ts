import { fraction } from '../../../core/validate.ts';
import { complete } from './given.ts';

export interface DescriptorsOptions {
  /** Share of the descriptors that a worker may have from which on it is replaced. Default 0.9. */
  readonly share?: number | undefined;
}

export interface ResolvedDescriptors {
  readonly share: number;
}

export const DESCRIPTORS: ResolvedDescriptors = Object.freeze({ share: 0.9 });

export function resolveDescriptors(given: DescriptorsOptions): ResolvedDescriptors {
  const option = 'supervisor.detect.descriptors';
  return { share: fraction(`${option}.share`, complete(option, given, DESCRIPTORS).share) };
}
