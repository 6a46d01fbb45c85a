import { fail, failSecretly, integer, knownKeys } from '../../../core/validate.ts';

/** What people can be told of. `unresolved`: an incident has ended, and service is not as it was before. */
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

export const NOTIFY_EVENTS = ['opened', 'recovered', 'unresolved'] as const;

/** Where incidents are told, beside the log. Only `undefined` means default. */
export interface NotifyOptions {
  /** A POST of JSON for each message. */
  readonly webhook?: WebhookOptions | undefined;
  /** The same for people: a Slack incoming webhook, or what takes the same form (Mattermost, Rocket.Chat, Discord with `/slack`). */
  readonly slack?: SlackOptions | undefined;
  /** An executable and its arguments, started without a shell: it gets the JSON on its standard input. */
  readonly command?: readonly [executable: string, ...args: string[]] | undefined;
  /** Tells a service elsewhere that this instance is alive; it raises the alarm when that stays away. Default: none. */
  readonly heartbeat?: HeartbeatOptions | undefined;
  /** What is told. Default all: `opened`, `recovered`, `unresolved`. */
  readonly events?: readonly NotifyEvent[] | undefined;
  /** What happens again in the same place within so many milliseconds is told at their end, once, with a count. Default 300000. */
  readonly repeatWindowMs?: number | undefined;
  /** How long a message that nobody takes is tried again before it is given up, in milliseconds. Default 300000. */
  readonly giveUpAfterMs?: number | undefined;
}

export interface WebhookOptions {
  /** http or https. Never shown anywhere but for its host: it may hold a secret. */
  readonly url: string;
  /** Sent along, for instance `Authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long one try may take, in milliseconds. Default 10000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Signs each message as the Standard Webhooks specification says (headers `webhook-id`, `webhook-timestamp`,
   * `webhook-signature`): `whsec_` and base64, or a text that is the key itself. Default: not signed.
   */
  readonly secret?: string | undefined;
}

export interface SlackOptions {
  /** `https://hooks.slack.com/services/…`: a secret, of which only the host is ever shown. */
  readonly url: string;
}

export interface HeartbeatOptions {
  /** http or https, of a dead man's switch (healthchecks.io, Dead Man's Snitch, …). A secret, of which only the host is ever shown. */
  readonly url: string;
  /** How often it gets a POST, in milliseconds. Default 60000. */
  readonly everyMs?: number | undefined;
}

/** {@link NotifyOptions} with every default filled in. */
export interface ResolvedNotifyOptions {
  readonly webhook: ResolvedWebhookOptions | undefined;
  readonly slack: SlackOptions | undefined;
  readonly command: readonly [executable: string, ...args: string[]] | undefined;
  readonly heartbeat: ResolvedHeartbeatOptions | undefined;
  readonly events: readonly NotifyEvent[];
  readonly repeatWindowMs: number;
  readonly giveUpAfterMs: number;
}

export interface ResolvedWebhookOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly secret: string | undefined;
}

export interface ResolvedHeartbeatOptions {
  readonly url: string;
  readonly everyMs: number;
}

export const DEFAULTS: ResolvedNotifyOptions = Object.freeze({
  webhook: undefined,
  slack: undefined,
  command: undefined,
  heartbeat: undefined,
  events: NOTIFY_EVENTS,
  repeatWindowMs: 300_000,
  giveUpAfterMs: 300_000,
});

/** Minimum and default time between two beats, in ms. Dead man's switches count in minutes. */
export const MIN_HEARTBEAT_MS = 1000;
const DEFAULT_HEARTBEAT_MS = 60_000;

/** A try of any kind is given up after this unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 10_000;

export const URL_RULE = 'an http or https URL';
export const SECRET_RULE = 'whsec_ and base64, or a text of at least 16 characters';
export const HEADERS_RULE = 'an object of header names and texts';
export const COMMAND_RULE = 'an array of texts, the executable first';
export const EVENTS_RULE: string = `an array of ${NOTIFY_EVENTS.join(', ')}`;

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value, but no secret. */
export function resolveNotifyOptions(options: NotifyOptions = {}): ResolvedNotifyOptions {
  knownKeys('notify', options, Object.keys(DEFAULTS));
  const { webhook, slack, command, heartbeat, events = DEFAULTS.events } = options;
  if (command !== undefined && !isCommand(command)) return fail('notify.command', COMMAND_RULE, command);
  if (!areEvents(events)) return fail('notify.events', EVENTS_RULE, events);
  return Object.freeze({
    webhook: webhook === undefined ? undefined : resolveWebhook(webhook),
    slack: slack === undefined ? undefined : resolveSlack(slack),
    command,
    heartbeat: heartbeat === undefined ? undefined : resolveHeartbeat(heartbeat),
    events,
    repeatWindowMs: integer('notify.repeatWindowMs', options.repeatWindowMs ?? DEFAULTS.repeatWindowMs, 0),
    giveUpAfterMs: integer('notify.giveUpAfterMs', options.giveUpAfterMs ?? DEFAULTS.giveUpAfterMs, 0),
  });
}

export function isWebhookUrl(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const url = URL.parse(value);
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.hostname !== '';
}

export function isSecret(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value.startsWith('whsec_')) return /^whsec_[A-Za-z\d+/]{20,}={0,2}$/.test(value);
  return value.length >= 16;
}

/** What survives in a header (RFC 9110, section 5). */
export function areHeaders(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, held]) =>
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      typeof held === 'string' &&
      /^[\t\x20-\x7e\x80-\xff]*$/.test(held),
  );
}

export function isCommand(value: unknown): value is readonly [string, ...string[]] {
  if (!Array.isArray(value) || value.length === 0 || value[0] === '') return false;
  return value.every((part) => typeof part === 'string' && !part.includes('\0'));
}

export function areEvents(value: unknown): value is readonly NotifyEvent[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((event) => NOTIFY_EVENTS.some((known) => known === event))
  );
}

function resolveWebhook(webhook: WebhookOptions): ResolvedWebhookOptions {
  knownKeys('notify.webhook', webhook, ['url', 'headers', 'timeoutMs', 'secret']);
  const { url, headers = {}, timeoutMs = DEFAULT_TIMEOUT_MS, secret } = webhook;
  if (!areHeaders(headers)) return failSecretly('notify.webhook.headers', HEADERS_RULE);
  if (secret !== undefined && !isSecret(secret)) return failSecretly('notify.webhook.secret', SECRET_RULE);
  return Object.freeze({
    url: webhookUrl('notify.webhook.url', url),
    headers: { ...headers },
    timeoutMs: integer('notify.webhook.timeoutMs', timeoutMs, 1, 60_000),
    secret,
  });
}

function resolveSlack(slack: SlackOptions): SlackOptions {
  knownKeys('notify.slack', slack, ['url']);
  return Object.freeze({ url: webhookUrl('notify.slack.url', slack.url) });
}

function resolveHeartbeat(heartbeat: HeartbeatOptions): ResolvedHeartbeatOptions {
  knownKeys('notify.heartbeat', heartbeat, ['url', 'everyMs']);
  const { url, everyMs = DEFAULT_HEARTBEAT_MS } = heartbeat;
  return Object.freeze({
    url: webhookUrl('notify.heartbeat.url', url),
    everyMs: integer('notify.heartbeat.everyMs', everyMs, MIN_HEARTBEAT_MS),
  });
}

function webhookUrl(option: string, value: unknown): string {
  return isWebhookUrl(value) ? value : failSecretly(option, URL_RULE);
}
