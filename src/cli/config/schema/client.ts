import { z } from 'zod';
import type { OutboundOptions } from '../../../outbound/index.ts';
import { CRITICALITIES } from '../../../core/criticality.ts';
import { flag, integer, milliseconds, orFalse, strict } from './rules.ts';

const between = (min: number, max?: number): z.ZodType<number> => {
  const rule = max === undefined ? `a number of at least ${min}` : `a number from ${min} to ${max}`;
  const least = z.number(rule).min(min, rule);
  return max === undefined ? least : least.max(max, rule);
};

const ofOrigin = {
  trustsRefusals: flag,
  idempotent: z
    .array(z.string('a method such as "PUT"').regex(/^[A-Z-]+$/, 'a method such as "PUT"'))
    .optional(),
  slowMs: milliseconds(1).optional(),
};

const ORIGIN_RULE = 'an origin such as "http://mailbox.internal"';

const origin = z.string().refine((name) => {
  const url = URL.parse(name);
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}, ORIGIN_RULE);

export const client: z.ZodType<OutboundOptions> = strict({
  origins: z.record(origin, strict(ofOrigin), 'an object with an entry for each origin'),
  ...ofOrigin,
  attemptTimeoutMs: milliseconds(1).optional(),
  deadlineMs: milliseconds(1).optional(),
  criticality: z.enum(CRITICALITIES, `one of ${CRITICALITIES.join(', ')}`).optional(),
  retry: strict({
    attempts: integer(1, 10).optional(),
    budget: between(0, 1).optional(),
    baseMs: milliseconds(0).optional(),
    maxMs: milliseconds(0).optional(),
    statuses: z.array(integer(400, 599)).optional(),
  }).optional(),
  hedge: orFalse(strict({ after: between(0.5, 0.999).optional(), budget: between(0, 1).optional() })),
  throttle: orFalse(
    strict({ requestsPerAccept: between(1).optional(), maxShare: between(0, 0.99).optional() }),
  ),
  circuit: orFalse(
    strict({
      failures: integer(1).optional(),
      afterMs: milliseconds(0).optional(),
      probeEveryMs: milliseconds(1).optional(),
    }),
  ),
  holdLimitMs: milliseconds(0).optional(),
  inherits: flag,
  dryRun: flag,
});
