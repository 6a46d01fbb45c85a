import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NotifyOptions, resolveNotifyOptions } from './options.ts';

const URL = 'https://hooks.example.com/services/T0/B0/secret';

test('fills in the defaults, each by itself', () => {
  assert.deepEqual(resolveNotifyOptions(), {
    webhook: undefined,
    slack: undefined,
    command: undefined,
    heartbeat: undefined,
    events: ['opened', 'recovered', 'unresolved'],
    repeatWindowMs: 300_000,
    giveUpAfterMs: 300_000,
  });
  assert.deepEqual(resolveNotifyOptions({ heartbeat: { url: URL } }).heartbeat, {
    url: URL,
    everyMs: 60_000,
  });
  assert.deepEqual(resolveNotifyOptions({ webhook: { url: URL } }).webhook, {
    url: URL,
    headers: {},
    timeoutMs: 10_000,
    secret: undefined,
  });
});

for (const [options, message] of [
  [
    { hook: 1 },
    'notify.hook is not an option; known are webhook, slack, command, heartbeat, events, repeatWindowMs, giveUpAfterMs',
  ],
  [{ webhook: { url: 'ftp://h/secret' } }, 'notify.webhook.url must be an http or https URL'],
  [{ webhook: { url: undefined } }, 'notify.webhook.url must be an http or https URL'],
  [
    { webhook: { url: URL, headers: { 'a b': 'secret' } } },
    'notify.webhook.headers must be an object of header names and texts',
  ],
  [
    { webhook: { url: URL, headers: { a: 'secret\r\nx: y' } } },
    'notify.webhook.headers must be an object of header names and texts',
  ],
  [
    { webhook: { url: URL, timeoutMs: 0 } },
    'notify.webhook.timeoutMs must be a whole number from 1 to 60000, got 0',
  ],
  [
    { webhook: { url: URL, secret: 'secret' } },
    'notify.webhook.secret must be whsec_ and base64, or a text of at least 16 characters',
  ],
  [
    { webhook: { url: URL, secret: 'whsec_secret' } },
    'notify.webhook.secret must be whsec_ and base64, or a text of at least 16 characters',
  ],
  [
    { heartbeat: { url: URL, everyMs: 999 } },
    'notify.heartbeat.everyMs must be a whole number of at least 1000, got 999',
  ],
  [{ heartbeat: { url: 'beats' } }, 'notify.heartbeat.url must be an http or https URL'],
  [{ slack: { url: '/secret' } }, 'notify.slack.url must be an http or https URL'],
  [{ command: 'mail' }, 'notify.command must be an array of texts, the executable first, got "mail"'],
  [{ command: [] }, 'notify.command must be an array of texts, the executable first, got an array'],
  [{ events: ['closed'] }, 'notify.events must be an array of opened, recovered, unresolved, got an array'],
  [{ events: [] }, 'notify.events must be an array of opened, recovered, unresolved, got an array'],
  [{ giveUpAfterMs: -1 }, 'notify.giveUpAfterMs must be a whole number of at least 0, got -1'],
] as const) {
  test(`refused: ${message}`, () => {
    assert.throws(() => resolveNotifyOptions(options as unknown as NotifyOptions), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}
