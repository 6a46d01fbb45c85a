import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { freePort, type Service, startService } from './service.ts';
import { giveTo, serverUser } from './user.ts';

/** A RabbitMQ server, user and password `guest`; what it held is gone when it is started again. */
export async function startRabbitmq(t: TestContext): Promise<Service> {
  const uid = serverUser('rabbitmq');
  // Erlang's name server; RabbitMQ would start one that stays behind.
  const names = await startService(t, {
    command: 'epmd',
    args: (port) => ['-port', String(port), '-address', '127.0.0.1'],
  });
  // For rabbitmqctl; it can't be told not to listen there.
  const toolPort = await freePort();
  return startService(t, {
    command: 'env',
    uid,
    prepare: (_port, directory) => giveTo(uid, directory),
    args: (port, directory) => [
      `HOME=${directory}`,
      `ERL_EPMD_PORT=${names.port}`,
      // The broker is then the process itself, and no shell around it.
      'RUNNING_UNDER_SYSTEMD=true',
      `RABBITMQ_NODENAME=test${port}@localhost`,
      'RABBITMQ_NODE_IP_ADDRESS=127.0.0.1',
      `RABBITMQ_NODE_PORT=${port}`,
      `RABBITMQ_DIST_PORT=${toolPort}`,
      // Empty at each start: to recover takes it much longer than to begin.
      `RABBITMQ_MNESIA_BASE=${path.join(directory, `data-${randomUUID()}`)}`,
      `RABBITMQ_LOG_BASE=${path.join(directory, 'log')}`,
      'RABBITMQ_LOGS=-',
      `RABBITMQ_ENABLED_PLUGINS_FILE=${path.join(directory, 'plugins')}`,
      `RABBITMQ_CONF_ENV_FILE=${path.join(directory, 'none')}`,
      '/usr/lib/rabbitmq/bin/rabbitmq-server',
    ],
  });
}
