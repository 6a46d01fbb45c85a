// The IPC channel of this process leads to the supervisor and is ours. The user's code must find on `process` what it
// would find without Respite: nothing, or a channel to the parent of `respite run`, which the supervisor relays.

/** What Node.js puts on `process` in a child that has a channel, and uses there itself. */
const PROPERTIES = ['channel', 'connected', 'disconnect', 'send'] as const;

/** Node.js's handle of the channel: reads what arrives, undefined when the other end is closed. */
interface ChannelHandle {
  onread: (this: ChannelHandle, bytes: ArrayBuffer | undefined) => void;
  close(): void;
}

interface ChannelProcess {
  channel: { unref(): void } | undefined;
  _send(...args: unknown[]): boolean;
}

/** Both ends of what the user's code believes about its parent. */
export interface UserChannel {
  /** The parent of `respite run` has closed its channel. */
  parentDisconnected(): void;
}

/**
 * Shows the user's code a channel of its own, or none.
 *
 * @param toParent The supervisor has a parent with a channel.
 * @param onReady The user's code has sent 'ready'. When given, there is a `process.send` also without a parent.
 * @param onDisconnect The user's code has closed its channel.
 * @param onSupervisorGone Our end has been closed: the supervisor is no more. Doesn't keep the process alive for that.
 */
export function presentUserChannel(
  toParent: boolean,
  onReady: (() => void) | undefined,
  onDisconnect: () => void,
  onSupervisorGone: () => void,
): UserChannel {
  const self = process as unknown as ChannelProcess;
  const handle = channelHandle();
  let shown = toParent;
  /** Node.js itself is at work on the channel (it reads, sends or unpacks), and has to find what it put there. */
  let inside = 0;
  function insideNode<Result>(work: () => Result): Result {
    inside += 1;
    try {
      return work();
    } finally {
      inside -= 1;
    }
  }

  const hide = (): void => {
    shown = false;
    insideNode(() => self.channel?.unref());
  };
  const disconnect = (): void => {
    hide();
    process.nextTick(() => process.emit('disconnect'));
  };
  const { onread } = handle;
  const { _send } = self;
  if (!shown) hide();

  for (const property of PROPERTIES) {
    let value: unknown = Reflect.get(process, property);
    Object.defineProperty(process, property, {
      configurable: true,
      enumerable: true,
      get() {
        if (inside > 0) return value;
        if (property === 'connected') return shown ? true : toParent ? false : undefined;
        if (!shown)
          return property === 'send' && onReady !== undefined && !toParent ? sendNowhere : undefined;
        return property === 'disconnect' ? userDisconnect : value;
      },
      set(replacement: unknown) {
        value = replacement;
      },
    });
  }
  function userDisconnect(): void {
    disconnect();
    onDisconnect();
  }
  /** As Node.js's: calls back when the message has been sent. */
  function sendNowhere(message: unknown, ...rest: readonly unknown[]): boolean {
    if (message === 'ready') onReady?.();
    const callback = rest.findLast((each) => typeof each === 'function');
    if (callback !== undefined) process.nextTick(callback, null);
    return true;
  }
  self._send = (...args) => {
    if (args[0] === 'ready') onReady?.();
    return insideNode(() => _send.apply(self, args));
  };
  for (const listener of process.listeners('internalMessage' as never) as ((...args: unknown[]) => void)[]) {
    process.off('internalMessage', listener);
    process.on('internalMessage', (...args: unknown[]) => insideNode(() => listener.apply(process, args)));
  }
  handle.onread = function readInsideNode(bytes) {
    if (bytes !== undefined) {
      insideNode(() => onread.call(this, bytes));
      return;
    }
    if (shown) disconnect();
    this.close();
    onSupervisorGone();
  };
  return {
    parentDisconnected() {
      if (shown) disconnect();
    },
  };
}

function channelHandle(): ChannelHandle {
  const symbol = Object.getOwnPropertySymbols(process).find(
    ({ description }) => description === 'kChannelHandle',
  );
  return Reflect.get(process, symbol ?? 'channel') as ChannelHandle;
}
