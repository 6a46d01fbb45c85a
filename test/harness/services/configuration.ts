// The configurations that docs/guide/load-balancers.md tells people to paste, made to point at other servers.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Where an instance of `respite run` is: its ports stay the same when it is started again. */
export interface Place {
  readonly port: number;
  readonly managementPort: number;
  /** Where agent checks are answered, if they are. */
  readonly agentPort?: number | undefined;
}

/** One or two instances. */
export type Places = readonly [Place, Place?];

/** Texts that stand in a configuration, and what is put in their place. */
export type Changes = readonly (readonly [from: string, to: string])[];

/** The balancers try nothing again, so that each failure of a server is one of a client. */
export const HAPROXY_WITHOUT_RETRIES: Changes = [
  ['retries 1', 'retries 0'],
  ['  option redispatch 1\n', ''],
  ['  retry-on conn-failure empty-response\n', ''],
];
export const NGINX_WITHOUT_RETRIES: Changes = [
  ['proxy_next_upstream error timeout', 'proxy_next_upstream off'],
];

/** What docs/guide/load-balancers.md adds for agent checks, asked more often, so that tests take less time. */
export const HAPROXY_WITH_AGENTS: Changes = [
  ['inter 1s fall 3 rise 2', 'inter 1s fall 3 rise 2 weight 100 agent-check agent-inter 1s'],
];

/** deploy/haproxy/haproxy.cfg, with a page of statistics on another port. */
export function haproxyConfig(
  port: number,
  statsPort: number,
  [one, two]: Places,
  changes: Changes = [],
): string {
  const at = ({ port: own, managementPort, agentPort }: Place): string =>
    `127.0.0.1:${own} check port ${managementPort}${agentPort === undefined ? '' : ` agent-port ${agentPort}`}`;
  const second = 'server two 10.0.0.12:3000 check port 9999';
  const config = deployed('haproxy/haproxy.cfg', [
    ['bind :80', `bind 127.0.0.1:${port}`],
    ['10.0.0.11:3000 check port 9999', at(one)],
    [second, two === undefined ? '' : `server two ${at(two)}`],
    ...changes,
  ]);
  return `${config}\nlisten stats\n  bind 127.0.0.1:${statsPort}\n  stats enable\n  stats uri /\n`;
}

/** How HAProxy holds the instances, in order, such as `UP DOWN`; `UP 1/3` has failed two checks of three. */
export async function haproxyStates(statsPort: number): Promise<string> {
  return haproxyColumn(statsPort, 'status');
}

/** The weights of the instances, in order, such as `100 62`. */
export async function haproxyWeights(statsPort: number): Promise<string> {
  return haproxyColumn(statsPort, 'weight');
}

/** A column of HAProxy's statistics, of the instances in order. */
async function haproxyColumn(statsPort: number, name: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${statsPort}/;csv`, { headers: { connection: 'close' } });
  const [names = '', ...lines] = (await response.text()).split('\n');
  const column = names.split(',').indexOf(name);
  return lines
    .filter((line) => /^app,(one|two),/.test(line))
    .map((line) => line.split(',')[column])
    .join(' ');
}

/**
 * deploy/nginx/nginx.conf, in what Debian has around /etc/nginx/conf.d, as far as it matters. Everything is inside of the
 * directory, and there is no master process, so that killing it leaves no orphan.
 */
export function nginxConfig(
  port: number,
  directory: string,
  [one, two]: Places,
  changes: Changes = [],
): string {
  const at = ({ port: own }: Place): string => `server 127.0.0.1:${own} `;
  const config = deployed('nginx/nginx.conf', [
    ['listen 80', `listen 127.0.0.1:${port}`],
    ['server 10.0.0.11:3000 ', at(one)],
    two === undefined ? ['server 10.0.0.12:3000 max_fails=0;', ''] : ['server 10.0.0.12:3000 ', at(two)],
    ...changes,
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (part) => `${part}_temp_path ${path.join(directory, part)};\n`,
  );
  return `daemon off;
master_process off;
pid ${path.join(directory, 'nginx.pid')};
error_log stderr;
events { worker_connections 768; }
http {
access_log off;
${temporary.join('')}${config}}
`;
}

/** A file of deploy/, changed. Throws when there is nothing to change. */
function deployed(file: string, changes: Changes): string {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../../deploy', file), 'utf8');
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`deploy/${file} has no ${JSON.stringify(from)}`);
    return changed.replaceAll(from, to);
  }, text);
}
