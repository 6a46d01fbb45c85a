import { type Declaration, object, type OptionsOf, resolve, type Rule } from '../../../core/options.ts';
import { integer, milliseconds, rule, secret } from '../../../core/rules.ts';

/** What people can be notified of. `unresolved`: an incident has ended, and service is not as it was before. */
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

export const NOTIFY_EVENTS = ['opened', 'recovered', 'unresolved'] as const;

/** A webhook, with every default filled in. */
export interface ResolvedWebhookOptions {
  /** `http` or `https`; only the host is ever shown. */
  readonly url: string;
  /** Headers to send, for instance `Authorization`. Default none. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long one try may take, in ms, up to 60000. Default 10000. */
  readonly timeoutMs: number;
  /** Signs messages as Standard Webhooks does: `whsec_` and base64, or a text of 16 characters or more. Default none. */
  readonly secret: string | undefined;
}

export type WebhookOptions = OptionsOf<ResolvedWebhookOptions, 'url'>;

export interface SlackOptions {
  /** `https://hooks.slack.com/services/…`; only the host is ever shown. */
  readonly url: string;
}

/** A dead man's switch, with every default filled in. */
export interface ResolvedHeartbeatOptions {
  /** `http` or `https`, of healthchecks.io, Dead Man's Snitch or the like; only the host is ever shown. */
  readonly url: string;
  /** How often it gets a POST, in ms, at least 1000. Default 60000. */
  readonly everyMs: number;
}

export type HeartbeatOptions = OptionsOf<ResolvedHeartbeatOptions, 'url'>;

/** Where incidents are reported, besides the log, with every default filled in. */
export interface ResolvedNotifyOptions {
  /** A POST of JSON for each message. Default none. */
  readonly webhook: ResolvedWebhookOptions | undefined;
  /** The form of a Slack incoming webhook, which Mattermost, Rocket.Chat and Discord take as well. Default none. */
  readonly slack: SlackOptions | undefined;
  /** `[executable, ...args]`, started without a shell: gets the JSON on its standard input. Default none. */
  readonly command: readonly [executable: string, ...args: string[]] | undefined;
  /** A POST at intervals while the supervisor runs; the service raises the alarm when it stays away. Default none. */
  readonly heartbeat: ResolvedHeartbeatOptions | undefined;
  /** What is reported: `opened`, `recovered`, `unresolved`. Default all three. */
  readonly events: readonly NotifyEvent[];
  /** The same cause in the same slot is reported once in this time, then as a count, in ms. Default 300000. */
  readonly repeatWindowMs: number;
  /** How long a message that is not accepted is tried again, in ms. Default 300000. */
  readonly giveUpAfterMs: number;
}

/** Where incidents are reported, besides the log. Only `undefined` means default. */
export type NotifyOptions = OptionsOf<Omit<ResolvedNotifyOptions, 'webhook' | 'heartbeat'>> & {
  /** A POST of JSON for each message. */
  readonly webhook?: WebhookOptions | undefined;
  /** Reports to a service elsewhere that this instance is alive; it raises the alarm when that stays away. Default none. */
  readonly heartbeat?: HeartbeatOptions | undefined;
};

/** A try of any kind is given up after this unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 10_000;

const urlRule: Rule<string> = secret(rule('an http or https URL', isWebhookUrl));

export const WEBHOOK: Declaration<ResolvedWebhookOptions> = Object.freeze({
  url: { rule: urlRule },
  headers: {
    rule: secret(rule<Readonly<Record<string, string>>>('an object of header names and texts', areHeaders)),
    byDefault: Object.freeze({}),
  },
  timeoutMs: { rule: integer(1, 60_000), byDefault: DEFAULT_TIMEOUT_MS },
  secret: {
    rule: secret(rule<string>('whsec_ and base64, or a text of at least 16 characters', isSecret)),
    byDefault: undefined,
  },
});

/** Dead man's switches count in minutes. */
export const HEARTBEAT: Declaration<ResolvedHeartbeatOptions> = Object.freeze({
  url: { rule: urlRule },
  everyMs: { rule: milliseconds(1000), byDefault: 60_000 },
});

export const NOTIFY: Declaration<ResolvedNotifyOptions> = Object.freeze({
  webhook: { rule: object(WEBHOOK), byDefault: undefined },
  slack: { rule: object<SlackOptions, SlackOptions>({ url: { rule: urlRule } }), byDefault: undefined },
  command: {
    rule: rule<readonly [string, ...string[]]>('an array of texts, the executable first', isCommand),
    byDefault: undefined,
  },
  heartbeat: { rule: object(HEARTBEAT), byDefault: undefined },
  events: {
    rule: rule<readonly NotifyEvent[]>(`an array of ${NOTIFY_EVENTS.join(', ')}`, areEvents),
    byDefault: NOTIFY_EVENTS,
  },
  repeatWindowMs: { rule: milliseconds(0), byDefault: 300_000 },
  giveUpAfterMs: { rule: milliseconds(0), byDefault: 300_000 },
});

/** What `notify` in the configuration must be. */
export const notify: Rule<NotifyOptions, ResolvedNotifyOptions> = object(NOTIFY);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value, but no secret. */
export function resolveNotifyOptions(options: NotifyOptions = {}): ResolvedNotifyOptions {
  return resolve(notify, options, ['notify']);
}

function isWebhookUrl(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const url = URL.parse(value);
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.hostname !== '';
}

function isSecret(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value.startsWith('whsec_')) return /^whsec_[A-Za-z\d+/]{20,}={0,2}$/.test(value);
  return value.length >= 16;
}

/** What survives in a header (RFC 9110, section 5). */
function areHeaders(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, held]) =>
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      typeof held === 'string' &&
      /^[\t\x20-\x7e\x80-\xff]*$/.test(held),
  );
}

function isCommand(value: unknown): value is readonly [string, ...string[]] {
  if (!Array.isArray(value) || value.length === 0 || value[0] === '') return false;
  return value.every((part) => typeof part === 'string' && !part.includes('\0'));
}

function areEvents(value: unknown): value is readonly NotifyEvent[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((event) => NOTIFY_EVENTS.some((known) => known === event))
  );
}
