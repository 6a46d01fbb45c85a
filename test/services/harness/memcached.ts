import type { TestContext } from 'node:test';
import { type Service, startService } from './service.ts';

/** A memcached server over TCP. */
export async function startMemcached(t: TestContext, options: readonly string[] = []): Promise<Service> {
  return startService(t, {
    command: 'memcached',
    debianPackage: 'memcached',
    args: (port) => ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-u', 'root', ...options],
  });
}
