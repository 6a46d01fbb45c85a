// `PORT=1430 node socket/main.ts naive|sleeping|writability`
import type { AddressInfo } from 'node:net';
import { createMailboxServer } from './server.ts';
import { type WriterName, WRITERS } from './writers.ts';

const name = process.argv[2] ?? 'writability';
if (!(name in WRITERS)) {
  console.error(`socket: there is no writer "${name}"; known are ${Object.keys(WRITERS).join(', ')}`);
  process.exit(2);
}
const server = createMailboxServer(name as WriterName);
server.listen(Number(process.env['PORT'] ?? 1430), '127.0.0.1', () => {
  console.log(`mailbox socket listening on 127.0.0.1:${(server.address() as AddressInfo).port}`);
});
