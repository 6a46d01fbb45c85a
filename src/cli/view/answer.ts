import type { IncomingMessage } from 'node:http';
import { RespiteError } from '../../core/errors.ts';
import { parseAddress } from '../../management/options.ts';
import type { SupervisorStatus } from '../../supervisor/index.ts';
import { describe, usageError } from '../usage.ts';

/** More than any status takes; whoever sends more is something else. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 5000;

/** What `GET /status` says. */
export type StatusAnswer = SupervisorStatus & { readonly version: string; readonly uptimeSeconds: number };

/** Where to ask, and with which token. */
export interface ManagementPort {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
}

/** Throws a usage error when the flag is no address. */
export function managementPort(flag: string | undefined, env: NodeJS.ProcessEnv): ManagementPort {
  const parsed = parseAddress(flag ?? '127.0.0.1:9999');
  if (parsed === undefined || parsed.port === 0) {
    throw usageError(`--management must be host:port, or a port, got ${JSON.stringify(flag)}`);
  }
  return {
    host: parsed.host ?? '127.0.0.1',
    port: parsed.port,
    token: env['RESPITE_MANAGEMENT_TOKEN'] || undefined,
  };
}

/** `127.0.0.1:9999`. */
export function shown({ host, port }: ManagementPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Asks once. Rejects with a `RespiteError` `RESPITE_CLI_NO_STATUS` that says who did not answer, and why. */
export async function askStatus(port: ManagementPort): Promise<StatusAnswer> {
  try {
    const { status, body } = await get(port, '/status');
    if (status !== 200) throw new Error(`status ${status}`);
    const answer = JSON.parse(body) as Partial<StatusAnswer> | null;
    if (answer === null || !Array.isArray(answer.workers) || answer.totals === undefined) {
      throw new Error('it is not Respite');
    }
    return answer as StatusAnswer;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not Respite' : reasonOf(error);
    throw new RespiteError('RESPITE_CLI_NO_STATUS', `no status from ${shown(port)}: ${why}`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  if ('code' in error && error.code === 'ECONNREFUSED')
    return 'nothing listens there; --management says where else';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

async function get(
  { host, port, token }: ManagementPort,
  route: string,
): Promise<{ status: number; body: string }> {
  const { request } = process.getBuiltinModule('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const asked = request({ host, port, path: route, headers, agent: false, signal }, resolve);
  asked.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
  asked.end();
  const response = await promise;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('it is not Respite');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}
