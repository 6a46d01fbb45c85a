import type { ClientOptions, OriginOptions } from '../client/index.ts';
import { CLIENT } from '../client/options.ts';
import { object, type Rule, without } from '../core/options.ts';

/** Section `client` of the configuration. */
export interface OutboundOptions extends Omit<
  ClientOptions,
  'fetch' | 'now' | 'origins' | 'random' | 'throws'
> {
  /** The origins that the client acts on, and what differs for each: `{ 'http://mailbox.internal': {} }`. */
  readonly origins: Readonly<Record<string, OriginOptions>>;
}

/** What `client` in the configuration must be: plain data, and no origin is meant that is not named. */
export const outbound: Rule<OutboundOptions, unknown> = object({
  ...without(CLIENT, 'fetch', 'now', 'random', 'throws', 'origins'),
  origins: { rule: CLIENT.origins.rule },
});
