// Answers HAProxy's agent checks: a TCP connection, a line, the end.
import type { Socket } from 'node:net';
import type { Log, Supervisor } from '../../supervisor/index.ts';
import { listen } from '../listen.ts';
import { showAddress, type TcpAddress } from '../options.ts';
import { agentAnswer } from './answer.ts';
import { recentLoad } from './recent-load.ts';
import { Weight } from './weight.ts';

export interface AgentCheckConfig {
  readonly supervisor: Pick<Supervisor, 'status' | 'history'>;
  readonly log: Log;
  readonly address: TcpAddress;
}

/** An agent check that is answered. */
export interface AgentCheck {
  /** `host:port` as bound. */
  readonly address: string;
  close(): Promise<void>;
}

/** Every balancer has one open for a moment, now and then. */
const MAX_CONNECTIONS = 64;

/** How long a connection may take to take its line, in ms. */
const TIMEOUT_MS = 2000;

/** How often the weight follows the load, in ms: the supervisor measures once a second. */
const INTERVAL_MS = 1000;

const { createServer } = process.getBuiltinModule('node:net');

/** Opens the port. Rejects with a `RespiteError`, as `startManagement` does. */
export async function startAgentCheck({ supervisor, log, address }: AgentCheckConfig): Promise<AgentCheck> {
  const weight = new Weight();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    // What `agent-send` may send is not needed.
    socket.resume();
    socket.end(agentAnswer(supervisor.status(), weight.percent));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const bound = await listen(server, address, log, {
    name: 'agent check',
    flag: '--agent-check <host:port>',
  });
  server.on('error', (error) => {
    log.error({ err: error }, 'the agent check could not accept a connection');
  });
  const timer = setInterval(() => {
    weight.add(recentLoad(supervisor.history), performance.now());
  }, INTERVAL_MS).unref();
  const shown = showAddress(bound);
  log.info({ address: shown }, `agent check on ${shown}`);
  return {
    address: shown,
    async close() {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
