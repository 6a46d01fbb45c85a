import { Agent, get } from 'node:http';

const CONNECTIONS = 8;
const EVERY_MS = 10;

/** The same number of requests all the time, on kept-alive connections. @returns Ends it. */
export function steadyLoad(port: number, perSecond: number): () => void {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const timer = setInterval(() => {
    for (let i = 0; i < (perSecond * EVERY_MS) / 1000; i += 1) {
      get({ port, agent }, (response) => response.resume()).on('error', () => {});
    }
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    agent.destroy();
  };
}
