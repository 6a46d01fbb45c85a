import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';
import { KeptConnection } from './kept-connection.ts';

/** A connection of `amqplib`. */
export interface RabbitmqConnection {
  /** Opens a channel, which the check closes again. */
  createChannel(): Promise<RabbitmqChannel>;
  /** Calls the listener when the connection has closed. */
  on(event: 'close', listener: () => void): unknown;
  /** Closes a connection that the check has made. */
  close?(): Promise<unknown>;
}

/** A channel of `amqplib`. */
export interface RabbitmqChannel {
  /** Closes the channel. */
  close(): Promise<unknown>;
}

/**
 * Opens and closes a channel. A connection of `amqplib` does not connect again once it was cut, so pass a function that connects.
 * The check calls it when there is no connection, and keeps what it returns until that closes, or until you remove the indicator. Hand its
 * signal to `connect(url, { signal })`: it then ends a connection that takes too long to be made.
 *
 * @example
 * ```ts
 * import { connect } from 'amqplib';
 * import { health, rabbitmq } from 'respite/health';
 *
 * health.add('rabbitmq', { check: rabbitmq(async (signal) => connect('amqp://queue.internal', { signal } as object)) });
 * ```
 */
export function rabbitmq(
  connection: RabbitmqConnection | ((signal: AbortSignal) => Promise<RabbitmqConnection>),
  options: PeerOptions = {},
): HealthCheck {
  let { peer } = options;
  const meet = (met: RabbitmqConnection): void => {
    surviveErrors(met);
    peer ??= peerOfSocket(met);
  };
  if (typeof connection !== 'function') meet(connection);
  const kept =
    typeof connection === 'function'
      ? new KeptConnection<RabbitmqConnection>({
          connect: async (signal) => connection(signal),
          close: async (made) => made.close?.(),
          onConnected: (made, drop) => {
            meet(made);
            made.on('close', drop);
          },
        })
      : { get: async () => connection, close: undefined };
  return {
    // Known when it is connected.
    get peer() {
      return peer;
    },
    local: false,
    run: async () => {
      // When the broker answers only after the time-out this goes on, and closes what it opened.
      const channel = await (await kept.get()).createChannel();
      surviveErrors(channel);
      await channel.close();
    },
    close: async () => kept.close?.(),
  };
}

/** amqplib keeps the socket of a connection as its `connection.stream`. */
function peerOfSocket(connection: object): string | undefined {
  const inner = 'connection' in connection ? connection.connection : undefined;
  const { remoteAddress, remotePort } =
    (inner as { stream?: { remoteAddress?: string; remotePort?: number } } | undefined)?.stream ?? {};
  return peerOf(undefined, { host: remoteAddress, port: remotePort });
}
