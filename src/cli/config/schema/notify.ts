import { z } from 'zod';
import type { NotifyOptions } from '../../../supervisor/index.ts';
import {
  areEvents,
  areHeaders,
  COMMAND_RULE,
  EVENTS_RULE,
  HEADERS_RULE,
  isCommand,
  isSecret,
  isWebhookUrl,
  MIN_HEARTBEAT_MS,
  type NotifyEvent,
  SECRET_RULE,
  URL_RULE,
} from '../../../supervisor/incidents/notify/options.ts';
import { integer, strict, milliseconds } from './rules.ts';

const url = z.custom<string>(isWebhookUrl, URL_RULE);

export const notify: z.ZodType<NotifyOptions> = strict({
  webhook: strict({
    url,
    headers: z.custom<Readonly<Record<string, string>>>(areHeaders, HEADERS_RULE).optional(),
    timeoutMs: integer(1, 60_000).optional(),
    secret: z.custom<string>(isSecret, SECRET_RULE).optional(),
  }).optional(),
  slack: strict({ url }).optional(),
  command: z.custom<readonly [string, ...string[]]>(isCommand, COMMAND_RULE).optional(),
  heartbeat: strict({ url, everyMs: milliseconds(MIN_HEARTBEAT_MS).optional() }).optional(),
  events: z.custom<readonly NotifyEvent[]>(areEvents, EVENTS_RULE).optional(),
  repeatWindowMs: milliseconds(0).optional(),
  giveUpAfterMs: milliseconds(0).optional(),
});
