import { Http1Transport } from './http1/transport.ts';
import { Http2Transport } from './http2/transport.ts';
import type { Plan } from './plan.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** The transport that the plan asks for. */
export function connect(plan: Plan, events: TransportEvents, now: () => number): Transport {
  return plan.protocol === 'h2' ? new Http2Transport(plan, events) : new Http1Transport(plan, events, now);
}

/** How long a response may take for the connections that are opened before the run to be enough, in milliseconds. */
const EXPECTED_RESPONSE_MS = 100;

/** Connections to open before the run, by Little's law: more are idle until servers close them. */
export function initialConnections({ segments, connections, newConnections }: Plan): number {
  if (newConnections) return 1;
  const most = Math.max(...segments.map(({ from, to }) => Math.max(from, to)));
  return Math.max(1, Math.min(connections, Math.ceil((most * EXPECTED_RESPONSE_MS) / 1000)));
}
