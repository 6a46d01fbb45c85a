import { type Cleanup, type Service, startService } from './service.ts';

/** A Redis server without persistence: what it held is gone when it is started again. */
export async function startRedis(t: Cleanup, options: readonly string[] = []): Promise<Service> {
  return startService(t, {
    command: 'redis-server',
    args: (port) => [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      ...options,
    ],
  });
}
