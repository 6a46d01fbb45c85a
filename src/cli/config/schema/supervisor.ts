import { z } from 'zod';
import { WAIT_RULE } from '../../../supervisor/instance/balancer/options.ts';
import {
  CLIENT_RULE,
  isRedisClient,
  NAME_PATTERN,
  NAME_RULE,
  type RedisClient,
} from '../../../supervisor/instance/fleet/options.ts';
import {
  isNodeArg,
  NODE_ARG_RULE,
  type SupervisorOptions,
  WARM_UP_PATTERN,
  WARM_UP_RULE,
} from '../../../supervisor/index.ts';
import { flag, fraction, integer, orFalse, share, strict, text, milliseconds } from './rules.ts';

const workers = integer(1, 1024);

// Which threshold must not be below which other is for their resolver to say.
const blockedLoop = strict({
  unreadyMs: milliseconds(500).optional(),
  evidenceMs: milliseconds(500).optional(),
  killMs: milliseconds(500).optional(),
});

const gcDeathSpiral = strict({ warnShare: share, replaceShare: share });

const detect = strict({
  blockedLoop: orFalse(blockedLoop),
  gcDeathSpiral: orFalse(gcDeathSpiral),
  memoryLeak: orFalse(strict({ windowMs: milliseconds(1000).optional(), growthShare: share })),
  memory: orFalse(strict({ warnShare: share, replaceShare: share, limitBytes: integer(1).optional() })),
  stuckRequests: orFalse(
    strict({
      afterMs: milliseconds(2000).optional(),
      atLeast: integer(1).optional(),
      againMs: milliseconds(0).optional(),
    }),
  ),
  serverClosed: orFalse(strict({ afterMs: milliseconds(1000).optional() })),
  descriptors: orFalse(strict({ share })),
  cpuStarved: orFalse(strict({ afterMs: milliseconds(500).optional() })),
  diskFull: orFalse(strict({ freeBytes: integer(0).optional() })),
});

const balancer = strict({
  checkIntervalMs: milliseconds(1).optional(),
  checkFailures: integer(1).optional(),
  waitMs: milliseconds(0).optional(),
}).superRefine(({ checkIntervalMs, checkFailures, waitMs }, context) => {
  if (checkIntervalMs === undefined && checkFailures === undefined) return;
  if (waitMs !== undefined) context.addIssue({ code: 'custom', path: ['waitMs'], message: WAIT_RULE });
  else if (checkIntervalMs === undefined)
    context.addIssue({ code: 'custom', path: ['checkIntervalMs'], message: 'a whole number of at least 1' });
});

const incidents = strict({
  directory: text.optional(),
  countLimit: integer(1).optional(),
  sizeLimitBytes: integer(1).optional(),
});

const fleet = strict({
  client: z.custom<RedisClient>(isRedisClient, CLIENT_RULE),
  name: z.string(NAME_RULE).regex(NAME_PATTERN, NAME_RULE),
  share: fraction(1).optional(),
  leaseMs: milliseconds(1000).optional(),
});

export const supervisor: z.ZodType<SupervisorOptions> = strict({
  workers: z
    .custom<number | 'auto'>(
      (value) => value === 'auto' || workers.safeParse(value).success,
      'a whole number from 1 to 1024, or auto',
    )
    .optional(),
  listeningCopies: integer(1, 256).optional(),
  drainTimeoutMs: milliseconds(0).optional(),
  killTimeoutMs: milliseconds(0).optional(),
  startTimeoutMs: milliseconds(1).optional(),
  deployTimeoutMs: milliseconds(1).optional(),
  ready: z.enum(['listen', 'message'], 'one of listen, message').optional(),
  listens: flag,
  warmUp: z
    .array(z.string(WARM_UP_RULE).regex(WARM_UP_PATTERN, WARM_UP_RULE), 'an array of requests')
    .optional(),
  stableMs: milliseconds(0).optional(),
  trialMs: milliseconds(0).optional(),
  fallbackResponder: flag,
  heapMb: integer(16).optional(),
  nodeArgs: z.array(z.custom<string>(isNodeArg, NODE_ARG_RULE), 'an array of options').optional(),
  shareExclusive: flag,
  sticky: flag,
  balancer: balancer.optional(),
  detect: detect.optional(),
  incidents: orFalse(incidents),
  fleet: fleet.optional(),
});
