import { z } from 'zod';
import { ROUTE_PATTERN } from '../../admission/options.ts';
import { CALLER_RULE, CALLERS_RULE, isAddress } from '../../admission/criticality-header.ts';
import { CRITICALITIES, policyConflict } from '../../admission/policy.ts';
import { HEADER_NAME, RESERVED_RULE } from '../../admission/priority/options.ts';
import {
  CHECK_RULE,
  GROUPS_RULE,
  isCheck,
  LIVE_RULE,
  NAME_PATTERN,
  NAME_RULE,
  TAKEN_NAMES,
  TAKEN_RULE,
} from '../../health/options.ts';
import { ADDRESS_RULE, isToken, parseAddress, TOKEN_RULE } from '../../management/options.ts';
import {
  areEvents,
  areHeaders,
  COMMAND_RULE,
  EVENTS_RULE,
  HEADERS_RULE,
  isCommand,
  isSecret,
  isWebhookUrl,
  type NotifyEvent,
  SECRET_RULE,
  URL_RULE,
} from '../../supervisor/notify/options.ts';
import {
  CLIENT_RULE,
  isRedisClient,
  NAME_PATTERN as FLEET_NAME_PATTERN,
  NAME_RULE as FLEET_NAME_RULE,
  type RedisClient,
} from '../../supervisor/fleet/options.ts';
import { WAIT_RULE } from '../../supervisor/balancer/options.ts';
import type { HealthCheck } from '../../health/index.ts';
import type { RespiteConfig } from './config.ts';

// The rules of the options' own resolvers in the same words, which a test holds together: a resolver stops at the
// first problem, this finds all of them. Each message is a rule, to come after "must be".

const integer = (min: number, max?: number): z.ZodType<number> => {
  const rule =
    max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  const least = z.int(rule).min(min, rule);
  return max === undefined ? least : least.max(max, rule);
};

const strict = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'an object'),
  });

const criticality = z.enum(CRITICALITIES, `one of ${CRITICALITIES.join(', ')}`);
const ROUTE_RULE = 'a route such as "/path/:id" or "POST /path/*"';
const route = z.string(ROUTE_RULE).regex(ROUTE_PATTERN, ROUTE_RULE);
const flag = z.boolean('true or false').optional();
const policy = strict({
  criticality: criticality.optional(),
  interactive: flag,
  costly: flag,
  clientRetries: flag,
  // Not a function: the configuration travels to the workers as JSON.
  cost: z.number('a number greater than 0').positive('a number greater than 0').optional(),
  deadlineMs: integer(1).optional(),
  exempt: flag,
}).superRefine((value, context) => {
  const conflict = policyConflict(value);
  if (conflict !== undefined)
    context.addIssue({ code: 'custom', path: [conflict.key], message: conflict.rule });
});
const fraction = (max: number): z.ZodType<number> => {
  const rule = `a number from 0 to ${max}`;
  return z.number(rule).min(0, rule).max(max, rule);
};
const threshold = fraction(1).optional();

const shares = strict({
  'critical-plus': threshold,
  critical: threshold,
  'sheddable-plus': threshold,
  sheddable: threshold,
});

const status = z.literal([429, 503], '429 or 503').optional();

const statuses = strict({
  'critical-plus': status,
  critical: status,
  'sheddable-plus': status,
  sheddable: status,
});

const turnBudget = strict({ targetMs: integer(1).optional(), burstMs: integer(1).optional() });

/** Tenths do not add up exactly. A share that is too large by itself is told of as such. */
function addsUp(given: Readonly<Record<string, number | undefined>>): boolean {
  const all = Object.values(given).map((share) => share ?? 0);
  return Math.max(0, ...all) > 1 || all.reduce((sum, share) => sum + share, 0) <= 1 + 1e-9;
}

const priority = strict({
  // Not a function: the configuration travels to the workers as JSON.
  identity: z.string('the name of a header').regex(HEADER_NAME, 'the name of a header').optional(),
  salt: z.string('a text').min(1, 'a text').optional(),
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

const admission = strict({
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
    targetLatencyMs: integer(1).optional(),
  }).optional(),
  bodyBudgetBytes: integer(1).optional(),
  routes: z.record(route, z.union([criticality, policy]), 'an object').optional(),
  defaultCriticality: criticality.optional(),
  thresholds: shares.optional(),
  turnBudget: z.union([z.literal(false, 'false or an object'), turnBudget]).optional(),
  priority: z.union([z.literal(false, 'false or an object'), priority]).optional(),
  signals: signals.optional(),
  criticalityHeader: criticalityHeader.optional(),
  statuses: statuses.optional(),
  exempt: z.array(route, 'an array of routes').optional(),
  exemptLimit: integer(0).optional(),
  dryRun: z.boolean('true or false').optional(),
});

const MOST_INT = 2 ** 31 - 1;

const backpressure = strict({
  limitBytes: integer(1024 * 1024),
  evictFirst: z.enum(['largest', 'oldest'], 'one of largest, oldest').optional(),
  slowPeer: z
    .union([
      z.literal(false, 'false or an object'),
      strict({
        minBytesPerSecond: integer(1).optional(),
        graceMs: integer(100).optional(),
        kernelBufferBytes: integer(0).optional(),
      }),
    ])
    .optional(),
  kernelBuffers: z
    .union([
      z.literal(false, 'false or an object'),
      strict({
        notSentBytes: integer(1, MOST_INT).optional(),
        sendBufferBytes: integer(1, MOST_INT).optional(),
      }),
    ])
    .optional(),
});

const workers = integer(1, 1024);

// Which threshold must not be below which other is for their resolver to say.
const blockedLoop = strict({
  unreadyMs: integer(500).optional(),
  evidenceMs: integer(500).optional(),
  killMs: integer(500).optional(),
});

const gcDeathSpiral = strict({ warnShare: threshold, replaceShare: threshold });

/** What can be switched off. */
const orFalse = <Options extends z.ZodType>(
  options: Options,
): z.ZodOptional<z.ZodUnion<readonly [z.ZodLiteral<false>, Options]>> =>
  z.union([z.literal(false, 'false or an object'), options]).optional();

const detect = strict({
  blockedLoop: orFalse(blockedLoop),
  gcDeathSpiral: orFalse(gcDeathSpiral),
  memoryLeak: orFalse(strict({ windowMs: integer(1000).optional(), growthShare: threshold })),
  memory: orFalse(
    strict({ warnShare: threshold, replaceShare: threshold, limitBytes: integer(1).optional() }),
  ),
  stuckRequests: orFalse(
    strict({
      afterMs: integer(2000).optional(),
      atLeast: integer(1).optional(),
      againMs: integer(0).optional(),
    }),
  ),
  descriptors: orFalse(strict({ share: threshold })),
  cpuStarved: orFalse(strict({ afterMs: integer(500).optional() })),
  diskFull: orFalse(strict({ freeBytes: integer(0).optional() })),
});

const balancer = strict({
  checkIntervalMs: integer(1).optional(),
  checkFailures: integer(1).optional(),
  waitMs: integer(0).optional(),
}).superRefine(({ checkIntervalMs, checkFailures, waitMs }, context) => {
  if (checkIntervalMs === undefined && checkFailures === undefined) return;
  if (waitMs !== undefined) context.addIssue({ code: 'custom', path: ['waitMs'], message: WAIT_RULE });
  else if (checkIntervalMs === undefined)
    context.addIssue({ code: 'custom', path: ['checkIntervalMs'], message: 'a whole number of at least 1' });
});

const incidents = strict({
  directory: z.string('a text').min(1, 'a text').optional(),
  countLimit: integer(1).optional(),
  sizeLimitBytes: integer(1).optional(),
});

const fleet = strict({
  client: z.custom<RedisClient>(isRedisClient, CLIENT_RULE),
  name: z.string(FLEET_NAME_RULE).regex(FLEET_NAME_PATTERN, FLEET_NAME_RULE),
  share: fraction(1).optional(),
  leaseMs: integer(1000).optional(),
});

const supervisor = strict({
  workers: z
    .custom<number | 'auto'>(
      (value) => value === 'auto' || workers.safeParse(value).success,
      'a whole number from 1 to 1024, or auto',
    )
    .optional(),
  listeningCopies: integer(1, 256).optional(),
  drainTimeoutMs: integer(0).optional(),
  killTimeoutMs: integer(0).optional(),
  startTimeoutMs: integer(1).optional(),
  stableMs: integer(0).optional(),
  standIn: z.boolean('true or false').optional(),
  heapMb: integer(16).optional(),
  balancer: balancer.optional(),
  detect: detect.optional(),
  incidents: orFalse(incidents),
  fleet: fleet.optional(),
});

const healthName = z.string(NAME_RULE).regex(NAME_PATTERN, NAME_RULE);
const indicator = strict({
  check: z.custom<HealthCheck>(isCheck, CHECK_RULE),
  groups: z.array(healthName, GROUPS_RULE).optional(),
  critical: flag,
  intervalMs: integer(1).optional(),
  timeoutMs: integer(1).optional(),
  slowMs: z.number('a number greater than 0').positive('a number greater than 0').optional(),
  failures: integer(1).optional(),
  successes: integer(1).optional(),
}).superRefine(({ check, groups }, context) => {
  const at = groups?.indexOf('live') ?? -1;
  if (at >= 0 && !check.local) {
    context.addIssue({ code: 'custom', path: ['groups', at], message: LIVE_RULE });
  }
});

const health = strict({
  indicators: z
    .record(
      healthName.refine((name) => !TAKEN_NAMES.includes(name), TAKEN_RULE),
      indicator,
      'an object',
    )
    .optional(),
  readyShare: threshold,
});

const management = strict({
  address: z
    .custom<string | false>(
      (value) => value === false || (typeof value === 'string' && parseAddress(value) !== undefined),
      ADDRESS_RULE,
    )
    .optional(),
  token: z.custom<string>(isToken, TOKEN_RULE).optional(),
});

const url = z.custom<string>(isWebhookUrl, URL_RULE);

const notify = strict({
  webhook: strict({
    url,
    headers: z.custom<Readonly<Record<string, string>>>(areHeaders, HEADERS_RULE).optional(),
    timeoutMs: integer(1, 60_000).optional(),
    secret: z.custom<string>(isSecret, SECRET_RULE).optional(),
  }).optional(),
  slack: strict({ url }).optional(),
  command: z.custom<readonly [string, ...string[]]>(isCommand, COMMAND_RULE).optional(),
  events: z.custom<readonly NotifyEvent[]>(areEvents, EVENTS_RULE).optional(),
  repeatWindowMs: integer(0).optional(),
  giveUpAfterMs: integer(0).optional(),
});

/** What is never shown, not even when it is broken. */
const SECRETS: ReadonlySet<string> = new Set([
  'management.token',
  'notify.webhook.url',
  'notify.webhook.headers',
  'notify.webhook.secret',
  'notify.slack.url',
]);

const schema = strict({
  admission: admission.optional(),
  backpressure: backpressure.optional(),
  supervisor: supervisor.optional(),
  health: health.optional(),
  management: management.optional(),
  notify: notify.optional(),
});

/** A configuration that keeps the rules, or one line for each that is broken: path, rule and value. */
type Checked =
  | { readonly ok: true; readonly config: RespiteConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

export function checkConfig(value: unknown): Checked {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, config: result.data };
  const problems = result.error.issues.flatMap((issue) => lines(issue, value));
  // A number can be too large for a whole number and for its own range: one rule, one line.
  return { ok: false, problems: [...new Set(problems)] };
}

function lines(issue: z.core.$ZodIssue, root: unknown): string[] {
  const path = issue.path.map(String);
  const name = path.length === 0 ? 'the configuration' : show(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${show([...path, key])} is not an option; known are ${issue.message}`);
    case 'invalid_union': {
      // The last of the alternatives is an object; whatever else stands there was meant as the word before it.
      const given = valueAt(root, path);
      const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
      const inner = issue.errors.at(isObject ? -1 : 0) ?? [];
      return inner.flatMap((each) => lines({ ...each, path: [...issue.path, ...each.path] }, root));
    }
    case 'invalid_key':
      return [
        `${name} must be ${issue.issues[0]?.message ?? ROUTE_RULE}, got ${JSON.stringify(path.at(-1))}`,
      ];
    default:
      if (SECRETS.has(name)) return [`${name} must be ${issue.message}`];
      return [`${name} must be ${issue.message}, got ${showValue(valueAt(root, path))}`];
  }
}

/** `admission.routes["POST /x"]`, `admission.exempt[0]`, `admission.thresholds.critical-plus`. */
function show(path: readonly string[]): string {
  return path
    .map((key, i) => {
      if (path[i - 1] === 'routes') return `[${JSON.stringify(key)}]`;
      if (['exempt', 'from', 'groups'].includes(path[i - 1] ?? '')) return `[${key}]`;
      return i === 0 ? key : `.${key}`;
    })
    .join('');
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root);
}

function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
