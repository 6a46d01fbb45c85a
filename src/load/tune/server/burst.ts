// Many clients at once, each with a connection of its own.
import net from 'node:net';
import tls from 'node:tls';
import type { Burst } from '../accept-queue.ts';
import { acceptOverflows } from './accept-overflows.ts';

/** The kernel repeats the first packet of a connection after 1 s (RFC 6298), when the accept queue was full. */
const REPEATED_MS = 900;
/** A client that has no answer by then gives up, in ms. */
const PATIENCE_MS = 6000;

interface Ending {
  readonly connectedMs: number;
  readonly answeredMs: number;
}

export async function burst(target: URL, connections: number): Promise<Burst> {
  const before = acceptOverflows();
  const endings = await Promise.all(Array.from({ length: connections }, () => oneConnection(target)));
  const answeredMs = endings.map((ending) => ending.answeredMs).toSorted((a, b) => a - b);
  const late = endings.filter(({ connectedMs }) => connectedMs > REPEATED_MS).length;
  // On a busy machine a client learns late that it is connected, although the kernel has dropped nothing.
  const hasOverflown = before === undefined || acceptOverflows() !== before;
  return {
    connections,
    timedOut: hasOverflown ? late : endings.filter(({ connectedMs }) => connectedMs === Infinity).length,
    medianMs: answeredMs[Math.floor(connections / 2)] ?? 0,
    slowestMs: answeredMs.at(-1) ?? 0,
  };
}

/** Any answer counts, also one that sheds the request: the connection was accepted. */
async function oneConnection(target: URL): Promise<Ending> {
  const startMs = performance.now();
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port);
  const isSecure = target.protocol === 'https:';
  return new Promise((resolve) => {
    let connectedMs = Infinity;
    const tcp = net.connect({ host, port, noDelay: true });
    const socket = isSecure ? tls.connect({ socket: tcp, rejectUnauthorized: false }) : tcp;
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      tcp.destroy();
      resolve({ connectedMs, answeredMs: performance.now() - startMs });
    };
    const timer = setTimeout(end, PATIENCE_MS);
    tcp.once('connect', () => {
      connectedMs = performance.now() - startMs;
    });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      const path = `${target.pathname}${target.search}`;
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
    });
    for (const event of ['data', 'error', 'close']) socket.once(event, end);
    tcp.on('error', end);
  });
}
