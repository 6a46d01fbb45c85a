import { type Cleanup, type Service, startService } from './service.ts';

/** A memcached of 64 MB; what it held is gone when it is started again. */
export async function startMemcached(t: Cleanup, options: readonly string[] = []): Promise<Service> {
  return startService(t, {
    command: 'memcached',
    debianPackage: 'memcached',
    // It refuses to run as root unless told who to be.
    args: (port) => ['-p', String(port), '-l', '127.0.0.1', '-U', '0', '-u', 'nobody', ...options],
  });
}
