import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Service, startService } from './service.ts';

/** A MariaDB server whose user `root` needs no password. */
export async function startMariadb(t: TestContext): Promise<Service> {
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  return startService(t, {
    command: 'mariadbd',
    prepare: (_port, directory) => {
      const data = `--datadir=${path.join(directory, 'data')}`;
      const options = ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db'];
      execFileSync('mariadb-install-db', [...options, ...asRoot], { cwd: directory, stdio: 'pipe' });
    },
    args: (port, directory) => [
      '--no-defaults',
      `--datadir=${path.join(directory, 'data')}`,
      `--socket=${path.join(directory, 'socket')}`,
      `--pid-file=${path.join(directory, 'pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      ...asRoot,
    ],
  });
}
