import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Changes, nginxConfig, type Places } from './configuration.ts';
import { type Service, startService } from './service.ts';

/** deploy/nginx/nginx.conf, changed, in front of one or two instances. */
export async function startNginx(t: TestContext, places: Places, changes: Changes = []): Promise<Service> {
  const file = (directory: string): string => path.join(directory, 'nginx.conf');
  return startService(t, {
    command: 'nginx',
    prepare(port, directory) {
      writeFileSync(file(directory), nginxConfig(port, directory, places, changes));
    },
    args: (_port, directory) => ['-e', 'stderr', '-p', directory, '-c', file(directory)],
  });
}
