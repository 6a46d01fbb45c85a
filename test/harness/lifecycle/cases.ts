// The table of the lifecycle matrix: every way in which a request, its client and the server can meet.

export const TRANSPORTS = [
  'HTTP/1',
  'pipelined HTTP/1',
  'HTTP/2 core',
  'HTTP/2 compat',
  'upgrade',
  'CONNECT',
] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const SHAPES = ['GET', 'HEAD', 'POST with length', 'chunked POST'] as const;
export type Shape = (typeof SHAPES)[number];

/**
 * What the client does. `resets` ends the request: over HTTP/1 the connection with it, over HTTP/2 by RST_STREAM with
 * INTERNAL_ERROR. `drops` breaks an HTTP/2 connection. Before: in the same packet as the request. During: when the server
 * has decided on the request, with half of its body sent or half of the answer under way. After: once it has the answer.
 */
export const BEHAVIOURS = [
  'waits',
  'half-closes',
  'resets before',
  'resets during',
  'resets after',
  'drops before',
  'drops during',
  'drops after',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** `overrun`: the request's body passes the budget while its handler does not read. `draining`: the server stops meanwhile. */
export const STATES = ['admitted', 'shed', 'overrun', 'draining'] as const;
export type State = (typeof STATES)[number];

export interface Case {
  readonly transport: Transport;
  readonly shape: Shape;
  readonly behaviour: Behaviour;
  readonly state: State;
}

export function isHttp2({ transport }: Case): boolean {
  return transport === 'HTTP/2 core' || transport === 'HTTP/2 compat';
}

export function leavesHttp({ transport }: Case): boolean {
  return transport === 'upgrade' || transport === 'CONNECT';
}

export function hasBody({ shape }: Case): boolean {
  return shape === 'POST with length' || shape === 'chunked POST';
}

/** Why a combination has no meaning; undefined where it has one. */
export function exclusion(of: Case): string | undefined {
  const { transport, shape, behaviour, state } = of;
  if (state === 'overrun' && leavesHttp(of)) return 'what follows the head is not a body';
  if (state === 'overrun' && !hasBody(of)) return 'no body can pass the budget';
  if (behaviour.startsWith('drops') && !isHttp2(of)) return 'a reset breaks the connection already';
  if (state === 'draining' && behaviour.endsWith('before')) return 'a drain is about requests in flight';
  if (transport === 'CONNECT' && (shape === 'HEAD' || shape === 'chunked POST')) {
    return 'CONNECT is a method of its own, with early data or without';
  }
  if (transport === 'upgrade' && hasBody(of)) {
    return 'a WebSocket handshake has no body (RFC 6455, section 4.1), and Node.js has no contract for others';
  }
  return undefined;
}

export function nameOf(of: Case): string {
  const { transport, shape, behaviour, state } = of;
  const what = transport === 'CONNECT' ? (hasBody(of) ? 'with early data' : 'alone') : shape;
  return `${transport}, ${what}, ${behaviour}, ${state}`;
}

export const CASES: readonly Case[] = TRANSPORTS.flatMap((transport) =>
  SHAPES.flatMap((shape) =>
    BEHAVIOURS.flatMap((behaviour) => STATES.map((state) => ({ transport, shape, behaviour, state }))),
  ),
).filter((each) => exclusion(each) === undefined);

/** Whether the client sees an answer, and looks at it. */
export function seesAnswer(of: Case): boolean {
  if (of.behaviour === 'waits' || of.behaviour.endsWith('after')) return true;
  // Node.js ends an HTTP connection that its client has half-closed; what left HTTP is the handler's.
  return of.behaviour === 'half-closes' && leavesHttp(of);
}
