// Options of a run that follows a shape: what each must be, and what stands without it.
import { type Declaration, object, type Rule } from '../../core/options.ts';
import { aboveZero, byName, rule, text } from '../../core/rules.ts';
import type { LikeOptions, LoadShape, Parameters, ParameterValues } from './contract.ts';

export interface ResolvedLikeOptions {
  readonly shape: LoadShape;
  readonly speed: number;
  readonly parameters: Parameters;
}

const shape = rule<LoadShape>('a shape with requests, as parseShape returns it', (value) => {
  const { routes, atMs, kinds, bodyBytes, durationMs } = (value ?? {}) as Partial<LoadShape>;
  if (
    !(atMs instanceof Float64Array) ||
    !(kinds instanceof Uint16Array) ||
    !(bodyBytes instanceof Float64Array)
  )
    return false;
  const count = Array.isArray(routes) ? routes.length : 0;
  return (
    atMs.length > 0 &&
    kinds.length === atMs.length &&
    bodyBytes.length === atMs.length &&
    Number(durationMs) > 0 &&
    kinds.every((kind) => kind < count)
  );
});

const values = rule<ParameterValues>(
  '{ from, to } with whole numbers in ascending order, or an array of texts that are not empty',
  (value) => {
    if (Array.isArray(value))
      return value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
    const { from, to } = (value ?? {}) as { readonly from?: unknown; readonly to?: unknown };
    return Number.isSafeInteger(from) && Number.isSafeInteger(to) && Number(from) <= Number(to);
  },
);

const LIKE: Declaration<ResolvedLikeOptions> = {
  shape: { rule: shape },
  speed: { rule: aboveZero(), byDefault: 1 },
  parameters: { rule: byName(text(), values), byDefault: {} },
};

export const like: Rule<LikeOptions, ResolvedLikeOptions> = object<ResolvedLikeOptions, LikeOptions>(LIKE);
