// The clients for Redis and Valkey that may be handed in, by what we need of them. None of them is imported.

/** ioredis and iovalkey, also their clusters. */
export interface IoredisClient {
  /** Sends a command, and resolves with its reply in which texts are Buffers. */
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
  /** The connection; clusters have several, and none here. */
  readonly stream?: Corkable | undefined;
}

/** A socket, as far as it can be told to keep what is written until more has come. */
interface Corkable {
  cork?(): void;
  uncork?(): void;
}

/** node-redis, also a pool of its clients. */
export interface NodeRedisClient {
  /** Sends a command, and resolves with its reply. */
  sendCommand(args: readonly (string | Buffer)[], options?: NodeRedisCommandOptions): Promise<unknown>;
}

/** A cluster of node-redis. */
export interface NodeRedisCluster {
  /** Sends a command to the node that has the key. */
  sendCommand(
    firstKey: string,
    isReadonly: boolean,
    args: readonly (string | Buffer)[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
  /** Tells a cluster from a client. Not called. */
  getSlotRandomNode(slot: number): unknown;
}

/** So that texts come as bytes: the first from version 5 on, the second in version 4. */
export interface NodeRedisCommandOptions {
  /** From version 5 on: JavaScript types by type of reply. */
  readonly typeMapping?: Readonly<Record<number, unknown>>;
  /** Of version 4: whether texts are Buffers. */
  readonly returnBuffers?: boolean;
}

/** Any of them. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster;

/** Sends a command that is about one key; texts in the reply are buffers. */
export type SendCommand = (
  key: string,
  command: string,
  ...args: readonly (string | Buffer)[]
) => Promise<unknown>;

/** `RESP_TYPES.BLOB_STRING` of node-redis: the byte that announces one in Redis' protocol. */
const BLOB_STRING = 36;

/**
 * Those of the commands that ioredis has a method for. With `enableAutoPipelining` its `callBuffer` sends a command without its
 * name, but these don't.
 */
const METHODS: Readonly<Record<string, string>> = Object.freeze({
  GETRANGE: 'getrangeBuffer',
  SET: 'setBuffer',
  DEL: 'delBuffer',
  EVALSHA: 'evalshaBuffer',
  EVAL: 'evalBuffer',
});

const AS_BUFFERS: NodeRedisCommandOptions = Object.freeze({
  typeMapping: Object.freeze({ [BLOB_STRING]: Buffer }),
  returnBuffers: true,
});

/** Undefined for what is none of the clients. `args` hold the key where the command has it. */
export function commandSender(client: RedisClient): SendCommand | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  if ('callBuffer' in client && typeof client.callBuffer === 'function') {
    return ioredisSender(client);
  }
  if (!('sendCommand' in client) || typeof client.sendCommand !== 'function') return undefined;
  if ('getSlotRandomNode' in client) {
    return (key, command, ...args) => client.sendCommand(key, false, [command, ...args], AS_BUFFERS);
  }
  return (_key, command, ...args) => client.sendCommand([command, ...args], AS_BUFFERS);
}

/** Past this many the server gets to work on them while more are made: a system call costs less than its waiting. */
const TOGETHER = 8;

function ioredisSender(client: IoredisClient): SendCommand {
  const methods = client as unknown as Readonly<Record<string, unknown>>;
  let corked: Corkable | undefined;
  let commands = 0;
  const uncork = (): void => {
    const socket = corked;
    corked = undefined;
    commands = 0;
    socket?.uncork?.();
  };
  return (_key, command, ...args) => {
    // These clients make a system call for each command. Those of one turn go together, as they do from node-redis.
    if (corked === undefined && client.stream?.cork !== undefined) {
      corked = client.stream;
      corked.cork?.();
      process.nextTick(uncork);
    }
    const method = methods[METHODS[command] ?? ''];
    const reply =
      typeof method === 'function'
        ? (method.apply(client, args) as Promise<unknown>)
        : client.callBuffer(command, ...args);
    commands += 1;
    if (commands >= TOGETHER) uncork();
    return reply;
  };
}
