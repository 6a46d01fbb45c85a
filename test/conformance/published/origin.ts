// The origin of the published cases: it answers what each case has configured, and tells what it was asked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import handleConfig from 'http-cache-tests/server/handle-config.mjs';
import handleState from 'http-cache-tests/server/handle-state.mjs';
import handleTest from 'http-cache-tests/server/handle-test.mjs';

const HANDLERS: Readonly<Record<string, typeof handleTest>> = {
  config: handleConfig,
  state: handleState,
  test: handleTest,
};

export interface PublishedOrigin extends AsyncDisposable {
  readonly port: number;
}

/** Listens on all loopback addresses. */
export async function startOrigin(): Promise<PublishedOrigin> {
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, name = '', ...segments] = path.split('/');
    const handle = HANDLERS[name];
    if (handle === undefined) response.writeHead(404).end();
    else handle(segments, request, response);
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
