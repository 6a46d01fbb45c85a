// The management port of the server that is tuned, on a Unix socket.
import { request } from 'node:http';
import type { SupervisorStatus } from '../../../supervisor/index.ts';
import type { ServerFigures } from '../target.ts';

/** Undefined while nothing answers, or a status other than 200. */
export async function readStatus(socketPath: string): Promise<SupervisorStatus | undefined> {
  const text = await get(socketPath, '/status');
  return text === undefined ? undefined : (JSON.parse(text) as SupervisorStatus);
}

export function figuresOf({ totals, workers, restarts }: SupervisorStatus): ServerFigures {
  const requestSeconds = totals.duration.series.reduce((sum, { sumSeconds }) => sum + sumSeconds, 0);
  const utilization = Math.max(0, ...workers.map(({ sample }) => sample?.eventLoopUtilization ?? 0));
  const { rolling: _, ...unasked } = restarts;
  const replaced = Object.fromEntries(Object.entries(unasked).filter(([, times]) => times > 0));
  return { requestSeconds, utilization, replaced };
}

/** The first port that the script listens on; undefined before. */
export function hostOf({ sockets }: SupervisorStatus): string | undefined {
  const socket = sockets.find(({ family }) => family !== 'unix');
  if (socket === undefined) return undefined;
  // Of every interface the loopback one.
  const anyAddress = socket.address === '0.0.0.0' || socket.address === '::';
  const address = anyAddress ? '127.0.0.1' : socket.address;
  return `${address.includes(':') ? `[${address}]` : address}:${socket.port}`;
}

async function get(socketPath: string, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(response.statusCode === 200 ? text : undefined));
      response.on('error', () => resolve(undefined));
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
