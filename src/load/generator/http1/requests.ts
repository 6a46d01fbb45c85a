import { methodHasBody } from '../methods.ts';
import type { Plan } from '../plan.ts';

/** The bytes of each kind's request, head and body in one: a request is one write. */
export function requestBytes({ kinds, target, newConnections }: Plan): readonly Buffer[] {
  return kinds.map(({ method, path, headers, body }) => {
    const fields: Record<string, string> = {
      host: target.authority,
      'user-agent': 'respite-load',
      ...headers,
    };
    if (body !== undefined) fields['content-length'] = String(body.byteLength);
    else if (methodHasBody(method)) fields['content-length'] = '0';
    if (newConnections) fields['connection'] = 'close';
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    return body === undefined ? head : Buffer.concat([head, body]);
  });
}
