import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cores } from './cores.ts';
import { startService, type Service } from './processes.ts';

/** The whole mail service: the SMTP gateway and the API, the latter with Respite around it or without. */
export interface Mailbox {
  readonly api: Service;
  readonly apiOrigin: string;
  readonly smtpPort: number;
  readonly managementOrigin: string | undefined;
  /** Another one on the same mail, without Respite: to look at what a service that died has left. */
  reopen(): Promise<Mailbox>;
  stop(): Promise<void>;
}

const pathTo = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
export const REPOSITORY: string = pathTo('../../..');

export async function startMailbox(
  isProtected: boolean,
  dataDirectory: string,
  cores: Cores,
): Promise<Mailbox> {
  await mkdir(dataDirectory, { recursive: true });
  const managementPort = isProtected ? await freePort() : undefined;
  const node = process.execPath;
  const respite =
    managementPort === undefined
      ? []
      : [
          join(REPOSITORY, 'dist/cli/bin.js'),
          'run',
          '--config',
          pathTo('../respite.config.ts'),
          '--management',
          `127.0.0.1:${managementPort}`,
        ];
  const api = await startService(cores.forApi([node, ...respite, pathTo('../api/main.ts')]), {
    // What Respite writes, it writes beside the mail, and it goes with it.
    cwd: dataDirectory,
    env: { PORT: '0', DATA_DIR: dataDirectory },
    ready: /mailbox api listening on (http:\S+)/,
  });
  const smtp = await startService(cores.forRest([node, pathTo('../smtp/main.ts')]), {
    cwd: dataDirectory,
    env: { PORT: '0', MAILBOX_URL: api.answer },
    ready: /smtp gateway listening on \S+:(\d+)/,
  });
  return {
    api,
    apiOrigin: api.answer,
    smtpPort: Number(smtp.answer),
    managementOrigin: managementPort === undefined ? undefined : `http://127.0.0.1:${managementPort}`,
    reopen: () => startMailbox(false, dataDirectory, cores),
    stop: async () => {
      await Promise.all([smtp.stop(), api.stop()]);
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
