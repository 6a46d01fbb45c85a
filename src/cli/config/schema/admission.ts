import { z } from 'zod';
import type { AdmissionOptions } from '../../../admission/index.ts';
import { CALLER_RULE, CALLERS_RULE, isAddress } from '../../../admission/classify/criticality-header.ts';
import { ROUTE_PATTERN } from '../../../admission/options.ts';
import { CRITICALITIES, policyConflict } from '../../../admission/policy.ts';
import { HEADER_NAME, RESERVED_RULE } from '../../../admission/priority/options.ts';
import {
  CORS_CREDENTIALS_RULE,
  HEADER_RULE,
  HEADER_VALUE,
  isOrigin,
  isOwnHeader,
  ORIGIN_RULE,
} from '../../../admission/shed/options.ts';
import { aboveZero, flag, fraction, integer, orFalse, share, strict, text, milliseconds } from './rules.ts';

const criticality = z.enum(CRITICALITIES, `one of ${CRITICALITIES.join(', ')}`);

const ROUTE_RULE = 'a route such as "/path/:id" or "POST /path/*"';
const route = z.string(ROUTE_RULE).regex(ROUTE_PATTERN, ROUTE_RULE);

const policy = strict({
  criticality: criticality.optional(),
  interactive: flag,
  costly: flag,
  clientRetries: flag,
  // Not a function: the configuration travels to the workers as JSON.
  cost: aboveZero.optional(),
  deadlineMs: milliseconds(1).optional(),
  exempt: flag,
}).superRefine((value, context) => {
  const conflict = policyConflict(value);
  if (conflict !== undefined)
    context.addIssue({ code: 'custom', path: [conflict.key], message: conflict.rule });
});

const shares = strict({
  'critical-plus': share,
  critical: share,
  'sheddable-plus': share,
  sheddable: share,
});

const status = z.literal([429, 503], '429 or 503').optional();

const statuses = strict({
  'critical-plus': status,
  critical: status,
  'sheddable-plus': status,
  sheddable: status,
});

const turnBudget = strict({
  targetMs: milliseconds(1).optional(),
  burstMs: milliseconds(1).optional(),
  idleCreditMs: milliseconds(0).optional(),
});

/** Tenths do not add up exactly. A share that is too large by itself is told of as such. */
function addsUp(given: Readonly<Record<string, number | undefined>>): boolean {
  const all = Object.values(given).map((each) => each ?? 0);
  return Math.max(0, ...all) > 1 || all.reduce((sum, each) => sum + each, 0) <= 1 + 1e-9;
}

const priority = strict({
  // Not a function: the configuration travels to the workers as JSON.
  identity: z.string('the name of a header').regex(HEADER_NAME, 'the name of a header').optional(),
  salt: text.optional(),
  reserved: shares.refine(addsUp, RESERVED_RULE).optional(),
  minimumPerSecond: fraction(1_000_000).optional(),
  minimumShare: fraction(0.25).optional(),
});

const measure = z.number('a number of at least 0').min(0, 'a number of at least 0');
const range = strict({ enter: measure, exit: measure }).superRefine(({ enter, exit }, context) => {
  if (exit < enter) return;
  context.addIssue({ code: 'custom', path: ['exit'], message: `less than enter (${enter})` });
});
const signal = z.union([z.boolean('true, false or an object'), range]).optional();
const signals = strict({
  'loop-delay': signal,
  'in-flight': signal,
  bytes: signal,
  memory: signal,
  'loop-utilization': signal,
  cpu: signal,
  'requests-per-second': z.union([z.literal(false, 'false or an object'), range]).optional(),
});

const criticalityHeader = strict({
  from: z.array(z.string(CALLER_RULE).refine(isAddress, CALLER_RULE), CALLERS_RULE).min(1, CALLERS_RULE),
  atMost: criticality.optional(),
});

const headerName = z
  .string(HEADER_RULE)
  .refine((name) => HEADER_NAME.test(name) && !isOwnHeader(name), HEADER_RULE);
const headerText = z.string('the text of a header').regex(HEADER_VALUE, 'the text of a header');
const ORIGINS_RULE = '"*" or an array of at least one origin';

const cors = strict({
  origins: z.union(
    [
      z.literal('*'),
      z.array(z.string(ORIGIN_RULE).refine(isOrigin, ORIGIN_RULE), ORIGINS_RULE).min(1, ORIGINS_RULE),
    ],
    ORIGINS_RULE,
  ),
  credentials: flag,
}).superRefine(({ origins, credentials }, context) => {
  if (origins !== '*' || credentials !== true) return;
  context.addIssue({ code: 'custom', path: ['credentials'], message: CORS_CREDENTIALS_RULE });
});

const shedResponse = strict({
  headers: z.record(headerName, headerText, 'an object').optional(),
  cors: z.union([z.literal(false), cors]).optional(),
  envoyRateLimited: flag,
});

export const admission: z.ZodType<AdmissionOptions> = strict({
  limit: z
    .custom<number | 'adaptive'>(
      (value) => value === 'adaptive' || integer(1).safeParse(value).success,
      'a whole number of at least 1, or adaptive',
    )
    .optional(),
  adaptiveLimit: strict({
    minLimit: integer(1).optional(),
    maxLimit: integer(1).optional(),
    initialLimit: integer(1).optional(),
    targetLatencyMs: milliseconds(1).optional(),
  }).optional(),
  bodyBudgetBytes: integer(1).optional(),
  routes: z.record(route, z.union([criticality, policy]), 'an object').optional(),
  defaultCriticality: criticality.optional(),
  thresholds: shares.optional(),
  turnBudget: orFalse(turnBudget),
  priority: orFalse(priority),
  signals: signals.optional(),
  criticalityHeader: criticalityHeader.optional(),
  statuses: statuses.optional(),
  exempt: z.array(route, 'an array of routes').optional(),
  exemptLimit: integer(0).optional(),
  shedResponse: shedResponse.optional(),
  dryRun: flag,
});
