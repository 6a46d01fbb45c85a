// nginx and Varnish in front of the origin, with nothing configured but that they cache.
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../lib/free-port.ts';
import { onLoadCore } from '../lib/pinning.ts';
import { emptyDirectory } from '../lib/processes.ts';
import { Server } from '../lib/server.ts';
import { until } from '../lib/until.ts';

export interface Proxy {
  readonly base: string;
  stop(): Promise<void>;
}

/** Where Debian puts daemons, which need not be in a user's PATH. */
export function find(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'];
  return folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file));
}

/** Undefined if it is not installed. */
export async function startNginx(origin: string): Promise<Proxy | undefined> {
  const command = find('nginx');
  if (command === undefined) return undefined;
  const port = await freePort();
  const folder = path.join(emptyDirectory(), `nginx-${port}`);
  mkdirSync(folder, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    // Started by root it would give up rights that it needs for this folder.
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  ${temporary}
  proxy_cache_path ${folder}/cache keys_zone=hits:10m;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${origin}; proxy_cache hits; }
  }
}
`,
  );
  const server = new Server(
    onLoadCore([command, '-p', folder, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')]),
  );
  return listening(server, port);
}

/** Undefined if it is not installed. */
export async function startVarnish(origin: string): Promise<Proxy | undefined> {
  const command = find('varnishd');
  if (command === undefined) return undefined;
  const port = await freePort();
  const folder = path.join(emptyDirectory(), `varnish-${port}`);
  const place = ['-n', folder, '-a', `127.0.0.1:${port}`, '-b', origin.replace('http://', '')];
  // In the foreground, as who we are, without an administration port.
  const settings = ['-F', '-j', 'none', '-T', 'none', '-s', 'malloc,64m'];
  const server = new Server(onLoadCore([command, ...settings, ...place]));
  return listening(server, port);
}

async function listening(server: Server, port: number): Promise<Proxy> {
  await until(`a proxy on port ${port}`, () => accepts(port));
  return { base: `http://127.0.0.1:${port}`, stop: () => server.stop() };
}

export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
