import type { Finding, HealthCheck, PeerOptions } from '../check.ts';

/** Any client of `@grpc/grpc-js`: one of the service that requests use, or `new Client(address, credentials)`. */
export interface GrpcClient {
  /** Makes the call `grpc.health.v1.Health/Check`. */
  makeUnaryRequest(
    method: string,
    serialize: (service: string) => Buffer,
    deserialize: (bytes: Buffer) => number,
    service: string,
    callback: (error: Error | null, status?: number) => void,
  ): { cancel(): void };
  /** Its target is the peer in logs, incidents and metrics. */
  getChannel(): { getTarget(): string };
}

/** Which service must serve. */
export interface GrpcOptions extends PeerOptions {
  /** Its full name, such as `shop.Orders`. Default: the server as a whole. */
  readonly service?: string | undefined;
}

/** `ServingStatus` of grpc.health.v1. */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/**
 * Asks a gRPC server for its health, by the protocol of grpc.health.v1.
 *
 * @example
 * ```ts
 * import { Client, credentials } from '@grpc/grpc-js';
 * import { grpc, health } from 'respite/health';
 *
 * const client = new Client('orders:50051', credentials.createInsecure());
 * health.add('orders', { check: grpc(client, { service: 'shop.Orders' }) });
 * ```
 */
export function grpc(client: GrpcClient, { service = '', peer }: GrpcOptions = {}): HealthCheck {
  return {
    // `dns:orders:50051`: how the name is looked up is of no interest.
    peer:
      peer ??
      client
        .getChannel()
        .getTarget()
        .replace(/^(?:dns|ipv4|ipv6|unix|xds):(?:\/\/[^/]*\/)?/, ''),
    local: false,
    run: async (signal): Promise<Finding> => {
      const status = STATUSES[await check(client, service, signal)] ?? 'UNKNOWN';
      const details = { status };
      return status === 'SERVING' ? { details } : { status: 'DOWN', error: `it says ${status}`, details };
    },
  };
}

async function check(client: GrpcClient, service: string, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const call = client.makeUnaryRequest(
    '/grpc.health.v1.Health/Check',
    encodeRequest,
    decodeResponse,
    service,
    (error, status) => {
      if (error === null) resolve(status ?? 0);
      else reject(error);
    },
  );
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** `HealthCheckRequest { string service = 1; }`. A name of up to 127 bytes has a length of one byte. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return name;
  const length = name.length < 128 ? [name.length] : [(name.length & 127) | 128, name.length >> 7];
  return Buffer.concat([Buffer.from([0x0a, ...length]), name]);
}

/** `HealthCheckResponse { ServingStatus status = 1; }`: the default of 0 is not sent. */
function decodeResponse(bytes: Buffer): number {
  return bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0;
}
