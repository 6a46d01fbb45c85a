import { createGateway } from './server.ts';

const mailboxServer = new URL(process.env['MAILBOX_URL'] ?? 'http://127.0.0.1:8025');
const gateway = createGateway({ mailboxServer });
const port = await gateway.listen(Number(process.env['PORT'] ?? 2525));
console.log(`smtp gateway listening on 127.0.0.1:${port}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void gateway.close();
  });
}
