// HAProxy and nginx as shields before a bare server, on the server's core as Respite is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../lib/free-port.ts';
import { onServerCore } from '../lib/pinning.ts';
import { emptyDirectory } from '../lib/processes.ts';
import { Server } from '../lib/server.ts';
import { until } from '../lib/until.ts';

type Proxy = 'haproxy' | 'nginx';

export interface RunningProxy {
  readonly port: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export function isInstalled(proxy: Proxy): boolean {
  return spawnSync(proxy, ['-v']).error === undefined;
}

export async function startProxy(proxy: Proxy, backendPort: number, limit: number): Promise<RunningProxy> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(emptyDirectory(), `${proxy}-`));
  const file = path.join(folder, `${proxy}.conf`);
  const isHaproxy = proxy === 'haproxy';
  writeFileSync(
    file,
    isHaproxy ? haproxyConfig(port, backendPort, limit) : nginxConfig(folder, port, backendPort, limit),
  );
  const command = isHaproxy
    ? ['haproxy', '-db', '-f', file]
    : ['nginx', '-e', 'stderr', '-p', folder, '-c', file];
  const server = new Server(onServerCore(command));
  await until(`${proxy} to listen`, () => accepts(port), { deadlineMs: 5000 });
  return { port, pids: [server.pid], stop: () => server.stop() };
}

/**
 * `maxconn` on the server's line is what HAProxy has against overload; what it holds back waits in a short queue. The other
 * `maxconn`, of all connections, takes two descriptors each, of which a process usually has 20,000 at most.
 */
function haproxyConfig(port: number, backendPort: number, limit: number): string {
  return `global
  maxconn 8000
  nbthread 1
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 100ms
frontend in
  bind 127.0.0.1:${port} backlog 4096
  default_backend out
backend out
  server one 127.0.0.1:${backendPort} maxconn ${limit}
`;
}

function nginxConfig(folder: string, port: number, backendPort: number, limit: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (part) => `  ${part}_temp_path ${path.join(folder, part)};`,
  );
  return `daemon off;
master_process off;
pid ${path.join(folder, 'nginx.pid')};
events { worker_connections 18000; }
http {
  access_log off;
${temporary.join('\n')}
  client_max_body_size 0;
  limit_conn_zone $server_port zone=all:1m;
  limit_conn_status 503;
  limit_conn_log_level info;
  upstream one {
    server 127.0.0.1:${backendPort};
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    keepalive_requests 1000000;
    limit_conn all ${limit};
    location / {
      proxy_pass http://one;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
