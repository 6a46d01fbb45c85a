// One request on a connection of its own, and what became of it, as the kernel tells a client.
import { connect } from 'node:net';

export type Ending =
  | { readonly kind: 'answered'; readonly afterMs: number }
  /** No process listened on the port. */
  | { readonly kind: 'refused' }
  /** The connection was there, and broke before an answer. */
  | { readonly kind: 'reset' }
  /** The client's patience was over. */
  | { readonly kind: 'given up' }
  | { readonly kind: 'failed'; readonly why: string };

/** Sends a GET and closes the connection when the answer begins. */
export async function oneRequest(port: number, patienceMs: number): Promise<Ending> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const timer = setTimeout(() => end({ kind: 'given up' }), patienceMs);
    const end = (ending: Ending): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ending);
    };
    socket.once('connect', () =>
      socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'),
    );
    socket.once('data', (chunk: Buffer) => {
      const [statusLine = ''] = chunk.toString('latin1').split('\r\n', 1);
      if (statusLine.startsWith('HTTP/1.1 200')) {
        end({ kind: 'answered', afterMs: performance.now() - startedMs });
      } else {
        end({ kind: 'failed', why: statusLine });
      }
    });
    socket.once('end', () => end({ kind: 'reset' }));
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') end({ kind: 'refused' });
      else if (code === 'ECONNRESET' || code === 'EPIPE') end({ kind: 'reset' });
      else end({ kind: 'failed', why: message });
    });
  });
}
