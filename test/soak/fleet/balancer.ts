// HAProxy as deploy/haproxy/haproxy.cfg has it, in front of eight instances; docs/guide/fleet.md says what is different.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Changes, haproxyConfig, type Place } from '../../harness/services/configuration.ts';
import { freePort, startService } from '../../harness/services/service.ts';

/** A backend of its own for tenants that are routed to a part of the fleet, by the header `x-tenant`. */
export interface Part {
  readonly tenant: string;
  readonly places: readonly Place[];
}

/** No response takes longer than 3 s, so a GET that an instance does not answer by then is tried elsewhere. */
const CHANGES: Changes = [
  ['timeout server 60s', 'timeout server 3s'],
  ['conn-failure empty-response', 'conn-failure empty-response response-timeout'],
];

const BACKEND = '\nbackend app\n';
const STATS = '\nlisten stats';

/** @returns The port that it serves on. */
export async function startBalancer(
  t: TestContext,
  places: readonly [Place, Place, ...Place[]],
  parts: readonly Part[],
): Promise<number> {
  const statsPort = await freePort();
  const service = await startService(t, {
    command: 'haproxy',
    prepare(port, directory) {
      const config = haproxyConfig(port, statsPort, [places[0], places[1]], CHANGES);
      writeFileSync(path.join(directory, 'haproxy.cfg'), withBackends(config, places, parts));
    },
    args: (_port, directory) => ['-db', '-f', path.join(directory, 'haproxy.cfg')],
  });
  return service.port;
}

function withBackends(config: string, places: readonly Place[], parts: readonly Part[]): string {
  const [head = '', rest = ''] = config.split(BACKEND);
  const [app = '', stats = ''] = rest.split(STATS);
  const rules = app.split('\n').filter((line) => !/^\s*server /.test(line));
  const backend = (name: string, of: readonly Place[]): string => {
    const servers = of.map(
      ({ port, managementPort }, i) => `  server s${i} 127.0.0.1:${port} check port ${managementPort}`,
    );
    return [`backend ${name}`, ...rules, ...servers, ''].join('\n');
  };
  const routes = parts.map(({ tenant }) => `  use_backend ${tenant} if { req.hdr(x-tenant) ${tenant} }\n`);
  const frontend = head.replace('  default_backend', `${routes.join('')}  default_backend`);
  const backends = [backend('app', places), ...parts.map(({ tenant, places: of }) => backend(tenant, of))];
  return `${frontend}\n${backends.join('\n')}${STATS}${stats}`;
}
