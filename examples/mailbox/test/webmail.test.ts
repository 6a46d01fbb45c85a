import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createWebmail, type WebmailOptions, type WebmailStats } from '../webmail/server.ts';
import { post, startApi, textMail } from './support.ts';

interface Running {
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  stats(): WebmailStats;
}

async function startWebmail(
  t: TestContext,
  apiOrigin: string,
  caching: WebmailOptions['caching'],
): Promise<Running> {
  const webmail = createWebmail({ mailboxServer: new URL(apiOrigin), caching });
  webmail.server.listen(0, '127.0.0.1');
  await once(webmail.server, 'listening');
  t.after(() => webmail.close());
  const origin = `http://127.0.0.1:${(webmail.server.address() as AddressInfo).port}`;
  return {
    get: async (path) => {
      const response = await fetch(origin + path);
      return { status: response.status, text: await response.text() };
    },
    stats: () => webmail.stats(),
  };
}

test('it shows mailboxes and mails, and nothing of them as markup', async (t) => {
  const { origin } = await startApi(t);
  const mail = textMail('one@x', 'Is 1 <b>less</b> than 2?', 'It is <i>so</i>.');
  const { id } = (await (await post(origin, 'ada', 'key-1', mail)).json()) as { id: string };
  const webmail = await startWebmail(t, origin, 'shared');
  const list = await webmail.get('/ada');
  assert.equal(list.status, 200);
  assert.match(list.text, /Is 1 &lt;b&gt;less&lt;\/b&gt; than 2\?/);
  assert.ok(list.text.includes(`href="/ada/${id}"`));
  const read = await webmail.get(`/ada/${id}`);
  assert.match(read.text, /It is &lt;i&gt;so&lt;\/i&gt;\./);
  assert.equal((await webmail.get('/ada/00000000-0000-0000-0000-000000000000')).status, 404);
  assert.equal((await webmail.get('/ADA')).status, 404);
});

test('the Mailbox server is asked less often, and its end is not the end of what was read before', async (t) => {
  const { app, origin } = await startApi(t);
  const delivered = await post(origin, 'ada', 'key-1', textMail('one@x', 'One', 'The text.'));
  const { id } = (await delivered.json()) as { id: string };
  const cached = await startWebmail(t, origin, 'shared');
  const bare = await startWebmail(t, origin, 'none');
  for (let i = 0; i < 10; i += 1) {
    for (const webmail of [cached, bare]) {
      assert.equal((await webmail.get('/ada')).status, 200);
      assert.equal((await webmail.get(`/ada/${id}`)).status, 200);
    }
  }
  assert.equal(bare.stats().asked, 20);
  // The list once a second, the mail once.
  assert.ok(cached.stats().asked < 10, `${cached.stats().asked}`);

  const closed = app.close();
  // Fastify closes idle connections; one that has not had a request yet would be waited for until its timeout of 72 s.
  app.server.closeAllConnections();
  await closed;
  await new Promise((resolve) => setTimeout(resolve, 1100)); // the list is stale by now
  assert.equal((await bare.get('/ada')).status, 502);
  for (let i = 0; i < 5; i += 1) {
    assert.match((await cached.get('/ada')).text, /One/);
    assert.match((await cached.get(`/ada/${id}`)).text, /The text\./);
  }
  assert.ok(cached.stats().stale >= 5);
  assert.equal((await cached.get('/grace')).status, 502, 'what nobody has read is not there');
});
