import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { peerOf } from './client.ts';

/** An admin client of `kafkajs`, or of a client with the same interface. */
export interface KafkaAdmin {
  /** Called before the first check, and again once `disconnect` was. */
  connect(): Promise<unknown>;
  /** Called when the indicator is taken away. */
  disconnect(): Promise<unknown>;
  /** The brokers of the cluster, and which of them is its controller. */
  describeCluster(): Promise<{
    readonly brokers: readonly { readonly host: string; readonly port: number }[];
    readonly controller?: number | null | undefined;
  }>;
}

/**
 * Asks a broker of Kafka to describe its cluster, which must have a controller: without one nothing can change. The admin client is for
 * the check alone: it connects it, and disconnects it when the indicator is taken away.
 *
 * @example
 * ```ts
 * import { Kafka } from 'kafkajs';
 * import { health, kafka } from 'respite/health';
 *
 * const brokers = new Kafka({ brokers: ['kafka-1:9092'], retry: { retries: 0 } });
 * health.add('kafka', { check: kafka(brokers.admin()) });
 * ```
 */
export function kafka(admin: KafkaAdmin, options: PeerOptions = {}): HealthCheck {
  let { peer } = options;
  let isConnected = false;
  return {
    // Known when it is connected.
    get peer() {
      return peer;
    },
    local: false,
    run: async (): Promise<Finding> => {
      if (!isConnected) await admin.connect();
      isConnected = true;
      const { brokers, controller } = await admin.describeCluster();
      peer ??= peerOf(undefined, ...brokers);
      const details = { brokers: brokers.length };
      if (brokers.length === 0) return { status: 'DOWN', error: 'the cluster has no broker', details };
      if (controller === null) return { status: 'DOWN', error: 'the cluster has no controller', details };
      return { details };
    },
    close: async () => {
      if (!isConnected) return;
      isConnected = false;
      await admin.disconnect();
    },
  };
}
