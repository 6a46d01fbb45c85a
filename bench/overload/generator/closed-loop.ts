// What a server can do: clients that each send their next request when they have the answer.
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, type Owner } from './connection.ts';
import type { ClosedPlan, ClosedResult } from './plan.ts';
import { buildRequests, kindChooser } from './requests.ts';

export async function runClosedLoop(plan: ClosedPlan): Promise<ClosedResult> {
  const { port, kinds, connections, clients, warmUpSeconds, seconds, seed } = plan;
  const requests = buildRequests(kinds, port, connections);
  const chooseKind = kindChooser(kinds, seed);
  const open = new Set<Connection>();
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const send = (connection: Connection): void => {
    connection.send(0, requests[chooseKind()] ?? []);
  };
  const sendAnew = (): void => {
    const connection = new Connection(owner);
    open.add(connection);
    send(connection);
  };
  const owner: Owner = {
    port,
    answered: (connection, status) => {
      count(String(status));
      if (connections === 'keep-alive' && connection.isReusable) {
        send(connection);
        return;
      }
      open.delete(connection);
      connection.drop();
      sendAnew();
    },
    gone: (connection, why) => {
      count(why);
      open.delete(connection);
      // Not at once: where no process listens, that would be a busy loop.
      setTimeout(sendAnew, 10);
    },
  };
  for (let i = 0; i < clients; i += 1) sendAnew();
  await delay(1000 * warmUpSeconds);
  counts.clear();
  const startedMs = performance.now();
  await delay(1000 * seconds);
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  return {
    perSecond: Object.fromEntries([...counts].map(([what, n]) => [what, n / elapsedSeconds])),
  };
}
