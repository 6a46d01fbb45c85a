import type { TestContext } from 'node:test';
import { type Service, startService } from './service.ts';

/** A name server that knows `service.test` and asks nobody else. */
export async function startDnsmasq(t: TestContext): Promise<Service> {
  return startService(t, {
    command: 'dnsmasq',
    args: (port) => [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--pid-file=',
      `--port=${port}`,
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--no-resolv',
      '--no-hosts',
      '--address=/service.test/192.0.2.1',
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ],
  });
}
