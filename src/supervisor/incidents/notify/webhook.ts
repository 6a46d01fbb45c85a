import type { Channel } from './channel.ts';
import type { ResolvedWebhookOptions } from './options.ts';
import { post } from './post.ts';
import { nodeCrypto } from '../../../core/node-crypto.ts';

/** The JSON, posted to a URL; signed if there is a secret. */
export function webhook(
  { url, headers, timeoutMs, secret }: ResolvedWebhookOptions,
  nowMs: () => number,
): Channel {
  return {
    name: `webhook ${new URL(url).host}`,
    send: async (payload, signal) => {
      const body = JSON.stringify(payload);
      const signature = secret === undefined ? {} : sign(payload.id, body, secret, nowMs());
      return post({ url, body, timeoutMs, headers: { ...headers, ...signature } }, signal);
    },
  };
}

/** The headers of the Standard Webhooks specification (standardwebhooks.com), for which there are libraries to check them with. */
export function sign(
  id: string,
  body: string,
  secret: string,
  nowMs: number,
): { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string } {
  const timestamp = String(Math.floor(nowMs / 1000));
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  const signature = nodeCrypto
    .createHmac('sha256', key)
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
