import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import type { Finding } from '../check.ts';
import { certificate, certificateFile, judgeValidity } from './certificate.ts';

const tls = (name: string): string =>
  path.join(import.meta.dirname, '../../../test/harness/fixtures/tls', name);
const ca = readFileSync(tls('certificate.pem'));

const { signal } = new AbortController();

/** A TLS server with the certificate of the fixtures, for `localhost`, valid until 2126. */
async function serving(t: TestContext): Promise<number> {
  const server = createServer({ cert: ca, key: readFileSync(tls('test-only-key.pem')) }, (socket) => {
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a certificate is down before its time, after it, and some days before its end', () => {
  const shown = {
    name: 'a.test',
    validFrom: 'Jan 10 00:00:00 2026 GMT',
    validTo: 'Mar 10 00:00:00 2026 GMT',
  };
  const at = (day: string): unknown[] => {
    const { status = 'UP', error, details } = judgeValidity(shown, 14, Date.parse(day));
    return [status, error, details?.['daysLeft']];
  };
  assert.deepEqual(at('2026-02-01'), ['UP', undefined, 37]);
  assert.deepEqual(at('2026-02-24'), ['UP', undefined, 14]);
  assert.deepEqual(at('2026-02-25'), [
    'DOWN',
    'the certificate of a.test expires in 13 days, on Mar 10 00:00:00 2026 GMT',
    13,
  ]);
  assert.deepEqual(at('2026-03-11'), [
    'DOWN',
    'the certificate of a.test has expired on Mar 10 00:00:00 2026 GMT',
    -1,
  ]);
  assert.deepEqual(at('2026-01-01'), [
    'DOWN',
    'the certificate of a.test is not valid before Jan 10 00:00:00 2026 GMT',
    68,
  ]);
});

test('a server’s certificate: trusted, of that name, and valid for long enough', async (t) => {
  const port = await serving(t);
  const found = async (options: object): Promise<Finding | boolean | void> =>
    certificate('127.0.0.1', { port, ...options }).run(signal);
  const good = await found({ ca });
  assert.ok(typeof good === 'object');
  assert.deepEqual([good.status, good.details?.['validTo']], [undefined, '2126-10-29T03:58:13.000Z']);
  await assert.rejects(found({}), { message: 'not trusted: DEPTH_ZERO_SELF_SIGNED_CERT' });
  await assert.rejects(found({ ca, servername: 'other.test' }), {
    message: 'not trusted: ERR_TLS_CERT_ALTNAME_INVALID',
  });
  const untrusted = await found({ allowUntrusted: true, servername: 'other.test', minDays: 100_000 });
  assert.ok(typeof untrusted === 'object');
  assert.match(untrusted.error ?? '', /expires in \d+ days, on Oct 29/);
});

test('a server that is not there, and one that does not speak TLS in time', async (t) => {
  const port = await serving(t);
  const abort = new AbortController();
  const running = certificate('127.0.0.1', { port, ca }).run(abort.signal);
  abort.abort(new Error('too late'));
  await assert.rejects(running, { message: 'too late' });
  await assert.rejects(certificate('127.0.0.1', { port: 1 }).run(signal), { code: 'ECONNREFUSED' });
});

test('a certificate in a file', async () => {
  const found = await certificateFile(tls('certificate.pem')).run(signal);
  assert.ok(typeof found === 'object' && found.status === undefined);
  assert.match(String(found.details?.['subject']), /Respite test fixture/);
  await assert.rejects(certificateFile(tls('test-only-key.pem')).run(signal));
  await assert.rejects(certificateFile(tls('gone.pem')).run(signal), { code: 'ENOENT' });
});
