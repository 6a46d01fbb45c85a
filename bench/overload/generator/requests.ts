// Requests as bytes, built once, and an order of kinds that is the same for the same seed.
import { random } from '../../lib/statistics.ts';
import type { Connections, Kind } from './plan.ts';

/** Bodies up to this size travel in one buffer with their header. */
const SMALL_BODY_BYTES = 64 * 1024;

export function buildRequests(
  kinds: readonly Kind[],
  port: number,
  connections: Connections,
): readonly (readonly Buffer[])[] {
  return kinds.map(({ method, path, bodyBytes }) => {
    const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
    if (connections === 'new') lines.push('Connection: close');
    if (method === 'POST') {
      lines.push('Content-Type: application/octet-stream', `Content-Length: ${bodyBytes}`);
    }
    const header = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
    const body = Buffer.alloc(bodyBytes, 'x');
    return bodyBytes <= SMALL_BODY_BYTES ? [Buffer.concat([header, body])] : [header, body];
  });
}

/** A function that says of one request after another which kind it is, as an index. */
export function kindChooser(kinds: readonly Kind[], seed: number): () => number {
  const next = random(seed);
  return () => {
    let at = next();
    for (let kind = 0; kind < kinds.length - 1; kind += 1) {
      at -= kinds[kind]?.share ?? 0;
      if (at < 0) return kind;
    }
    return kinds.length - 1;
  };
}
