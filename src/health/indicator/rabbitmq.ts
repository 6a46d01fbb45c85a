import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';

/** A connection of `amqplib`. */
export interface RabbitmqConnection {
  createChannel(): Promise<RabbitmqChannel>;
  on(event: 'close', listener: () => void): unknown;
}

/** A channel of `amqplib`. */
export interface RabbitmqChannel {
  close(): Promise<unknown>;
}

/**
 * Opens and closes a channel. A connection of `amqplib` is not made again once it was cut: given a function that connects, it is
 * called when there is no connection, and what it returns is kept until it closes.
 */
export function rabbitmq(
  connection: RabbitmqConnection | (() => Promise<RabbitmqConnection>),
  options: PeerOptions = {},
): HealthCheck {
  let { peer } = options;
  const meet = (met: RabbitmqConnection): void => {
    surviveErrors(met);
    peer ??= peerOfSocket(met);
  };
  if (typeof connection !== 'function') meet(connection);
  const connected = typeof connection === 'function' ? keeping(connection, meet) : async () => connection;
  return {
    // Known when it is connected.
    get peer() {
      return peer;
    },
    local: false,
    run: async () => {
      // When the broker answers only after the time-out this goes on, and closes what it opened.
      const channel = await (await connected()).createChannel();
      surviveErrors(channel);
      await channel.close();
    },
  };
}

/** One connection at a time, also while it is being made. */
function keeping(
  connect: () => Promise<RabbitmqConnection>,
  onConnected: (connection: RabbitmqConnection) => void,
): () => Promise<RabbitmqConnection> {
  let current: Promise<RabbitmqConnection> | undefined;
  return async () => {
    if (current !== undefined) return current;
    const opening = (async (): Promise<RabbitmqConnection> => connect())();
    current = opening;
    const drop = (): void => {
      if (current === opening) current = undefined;
    };
    opening.then((connection) => {
      onConnected(connection);
      connection.on('close', drop);
    }, drop);
    return opening;
  };
}

/** amqplib keeps the socket of a connection as its `connection.stream`. */
function peerOfSocket(connection: object): string | undefined {
  const inner = 'connection' in connection ? connection.connection : undefined;
  const { remoteAddress, remotePort } =
    (inner as { stream?: { remoteAddress?: string; remotePort?: number } } | undefined)?.stream ?? {};
  return peerOf(undefined, { host: remoteAddress, port: remotePort });
}
