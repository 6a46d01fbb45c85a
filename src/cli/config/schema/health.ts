import { z } from 'zod';
import type { HealthCheck, HealthOptions } from '../../../health/index.ts';
import {
  CHECK_RULE,
  GROUPS_RULE,
  isCheck,
  LIVE_RULE,
  NAME_PATTERN,
  NAME_RULE,
  TAKEN_NAMES,
  TAKEN_RULE,
} from '../../../health/options.ts';
import { aboveZero, flag, integer, share, strict, milliseconds } from './rules.ts';

const name = z.string(NAME_RULE).regex(NAME_PATTERN, NAME_RULE);
const indicator = strict({
  check: z.custom<HealthCheck>(isCheck, CHECK_RULE),
  groups: z.array(name, GROUPS_RULE).optional(),
  critical: flag,
  intervalMs: milliseconds(1).optional(),
  timeoutMs: milliseconds(1).optional(),
  slowMs: aboveZero.optional(),
  failures: integer(1).optional(),
  successes: integer(1).optional(),
}).superRefine(({ check, groups }, context) => {
  const at = groups?.indexOf('live') ?? -1;
  if (at >= 0 && !check.local) {
    context.addIssue({ code: 'custom', path: ['groups', at], message: LIVE_RULE });
  }
});

export const health: z.ZodType<HealthOptions> = strict({
  indicators: z
    .record(
      name.refine((chosen) => !TAKEN_NAMES.includes(chosen), TAKEN_RULE),
      indicator,
      'an object',
    )
    .optional(),
  readyShare: share,
});
