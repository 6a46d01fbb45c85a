import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Cleanup, type Service, startService } from './service.ts';
import { giveTo, serverUser } from './user.ts';

const execute = promisify(execFile);

/** Where Debian keeps PostgreSQL: by version, not on the path. */
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL server with an empty database `postgres`, whose user `postgres` needs no password. */
export async function startPostgres(t: Cleanup): Promise<Service> {
  const uid = serverUser('postgres');
  return startService(t, {
    command: program('postgres'),
    uid,
    // It accepts connections before it answers them.
    isUp: async (port) => {
      await execute(program('pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
      return true;
    },
    prepare: (_port, directory) => {
      giveTo(uid, directory);
      execFileSync(program('initdb'), ['-D', 'data', '-U', 'postgres', '-A', 'trust', '--no-sync'], {
        cwd: directory,
        stdio: 'pipe',
        ...(uid === undefined ? {} : { uid }),
      });
    },
    args: (port, directory) => [
      '-D',
      path.join(directory, 'data'),
      '-p',
      String(port),
      '-k',
      directory,
      '-F',
    ],
  });
}

function program(name: string): string {
  const versions = readdirSync(DEBIAN).map(Number).filter(Number.isInteger);
  return path.join(DEBIAN, String(Math.max(...versions)), 'bin', name);
}
