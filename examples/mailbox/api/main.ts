import { buildServer } from './server.ts';

const dataDirectory = process.env['DATA_DIR'] ?? 'mailbox-data';
const port = Number(process.env['PORT'] ?? 8025);

const app = await buildServer({ dataDirectory });
const address = await app.listen({ port, host: '127.0.0.1' });
console.log(`mailbox api listening on ${address}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void app.close();
  });
}
