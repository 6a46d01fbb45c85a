import type { Socket } from 'node:net';

/** Nobody's command is longer. */
const MAX_LINE_BYTES = 512;

/** The lines that a client sends, without their ends. Stops, and cuts the connection, at one that is too long. */
export async function* lines(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const bytes of socket) {
      rest += (bytes as Buffer).toString('latin1');
      const found = rest.split('\r\n');
      rest = found.pop() ?? '';
      yield* found;
      if (rest.length > MAX_LINE_BYTES) break;
    }
  } catch {
    // The connection was cut: there are no more.
  }
}
