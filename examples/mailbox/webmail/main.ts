import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createWebmail } from './server.ts';

const mailboxServer = new URL(process.env['MAILBOX_URL'] ?? 'http://127.0.0.1:8025');
const caching = process.env['CACHING'] === 'none' ? 'none' : 'shared';

const webmail = createWebmail({ mailboxServer, caching });
webmail.server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
await once(webmail.server, 'listening');
console.log(`webmail listening on http://127.0.0.1:${(webmail.server.address() as AddressInfo).port}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void webmail.close();
  });
}
