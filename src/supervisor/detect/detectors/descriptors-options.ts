import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { share } from '../../../core/rules.ts';

/** When file descriptors are nearly used up, with every default filled in. */
export interface ResolvedDescriptors {
  /** Share of the descriptors that a worker may have from which on it is replaced. Default 0.9. */
  readonly share: number;
}

/** When file descriptors are nearly used up. Only `undefined` means default. */
export type DescriptorsOptions = OptionsOf<ResolvedDescriptors>;

const DESCRIPTORS: Declaration<ResolvedDescriptors> = Object.freeze({
  share: { rule: share(), byDefault: 0.9 },
});

export const descriptors: Rule<DescriptorsOptions, ResolvedDescriptors> = object(DESCRIPTORS);
