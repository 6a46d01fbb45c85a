import { type Direction, TcpProxy, type Toxic } from '../../load/drill/index.ts';
import { parseAddress } from '../../management/options.ts';
import { parseDependency } from '../../supervisor/index.ts';
import { write } from '../output.ts';
import { usageError } from '../usage.ts';
import type { ProxyFlags } from './request.ts';

/** `respite drill proxy`: runs until Ctrl-C. */
export async function proxy(flags: ProxyFlags): Promise<number> {
  const to = parseDependency(flags.to);
  if (to === undefined) throw usageError(`--to must be host:port, got ${JSON.stringify(flags.to)}`);
  const toxics = toxicsOf(flags);
  const running = new TcpProxy({ to, listen: listenOf(flags.listen) });
  const port = await running.start();
  const direction: Direction = flags.upstream === true ? 'upstream' : 'downstream';
  for (const toxic of toxics) await running.add(toxic, direction);
  const kinds = toxics.map(({ kind }) => kind).join(', ') || 'no toxics';
  write('stdout', `listening on port ${port}, to ${flags.to}: ${kinds}\n`);
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  // A proxy that is down listens on nothing that would keep the process alive.
  const alive = setInterval(() => {}, 60_000);
  await promise;
  clearInterval(alive);
  await running.close();
  return 0;
}

function listenOf(text: string | undefined): { readonly host?: string; readonly port: number } | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address === undefined || 'path' in address)
    throw usageError(`--listen must be host:port or a port, got ${JSON.stringify(text)}`);
  const { host = '0.0.0.0', port } = address;
  return { host, port };
}

/** Each option is one toxic. */
function toxicsOf(flags: ProxyFlags): Toxic[] {
  const whole = (flag: string, text: string | undefined, least: number): number | undefined => {
    if (text === undefined) return undefined;
    if (/^\d{1,12}$/.test(text) && Number(text) >= least) return Number(text);
    throw usageError(`${flag} must be a whole number of at least ${least}, got ${JSON.stringify(text)}`);
  };
  const latencyMs = whole('--latency', flags.latency, 0);
  const jitterMs = whole('--jitter', flags.jitter, 0);
  if (jitterMs !== undefined && latencyMs === undefined) throw usageError('--jitter needs --latency');
  const bytesPerSecond = whole('--bandwidth', flags.bandwidth, 1);
  const delayMs = whole('--slow-close', flags.slowClose, 0);
  const timeoutMs = whole('--timeout', flags.timeout, 0);
  const resetMs = whole('--reset-peer', flags.resetPeer, 0);
  const averageBytes = whole('--slicer', flags.slicer, 1);
  const bytes = whole('--limit-data', flags.limitData, 0);
  const toxics: (Toxic | undefined)[] = [
    latencyMs === undefined ? undefined : { kind: 'latency', latencyMs, jitterMs },
    bytesPerSecond === undefined ? undefined : { kind: 'bandwidth', bytesPerSecond },
    delayMs === undefined ? undefined : { kind: 'slow_close', delayMs },
    timeoutMs === undefined ? undefined : { kind: 'timeout', timeoutMs },
    resetMs === undefined ? undefined : { kind: 'reset_peer', timeoutMs: resetMs },
    averageBytes === undefined ? undefined : { kind: 'slicer', averageBytes },
    bytes === undefined ? undefined : { kind: 'limit_data', bytes },
    flags.down === true ? { kind: 'down' } : undefined,
  ];
  return toxics.filter((toxic) => toxic !== undefined);
}
