import type { IncomingMessage } from 'node:http';
import { RespiteError } from '../../core/errors.ts';
import { parseAddress, showAddress as shown, type SocketAddress } from '../../management/options.ts';
import type { SupervisorStatus } from '../../supervisor/index.ts';
import { describe, usageError } from '../usage.ts';

export { shown };

/** More than any status takes; a server that sends more is something else. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 5000;

/** What `GET /status` says. */
export type StatusAnswer = SupervisorStatus & { readonly version: string; readonly uptimeSeconds: number };

/** Where to ask, and with which token. */
export type ManagementPort = (SocketAddress | { readonly host: string; readonly port: number }) & {
  readonly token: string | undefined;
};

/** What an answer consists of. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Throws a usage error when the flag is no address. */
export function managementPort(flag: string | undefined, env: NodeJS.ProcessEnv): ManagementPort {
  const parsed = parseAddress(flag ?? '127.0.0.1:9999');
  const token = env['RESPITE_MANAGEMENT_TOKEN'] || undefined;
  if (parsed !== undefined && 'path' in parsed) return { ...parsed, token };
  if (parsed === undefined || parsed.port === 0) {
    throw usageError(`--management must be host:port, a port, or unix:/path, got ${JSON.stringify(flag)}`);
  }
  return { host: parsed.host ?? '127.0.0.1', port: parsed.port, token };
}

/** Asks once. Rejects with a `RespiteError` `RESPITE_CLI_NO_STATUS` that says who did not answer, and why. */
export async function askStatus(port: ManagementPort): Promise<StatusAnswer> {
  try {
    const { status, body } = await exchange(port, 'GET', '/status');
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

/** Sends one request. Rejects with a `RespiteError` `RESPITE_CLI_NO_STATUS` that says who did not answer, and why. */
export async function ask(
  port: ManagementPort,
  method: 'GET' | 'POST',
  route: string,
  body = '',
  timeoutMs: number = TIMEOUT_MS,
): Promise<Answered> {
  return exchange(port, method, route, body, timeoutMs).catch((error: unknown) => {
    throw new RespiteError('RESPITE_CLI_NO_STATUS', `no answer from ${shown(port)}: ${reasonOf(error)}`, {
      cause: error,
    });
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if ('code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT'))
    return 'nothing listens there; --management says where else';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

async function exchange(
  to: ManagementPort,
  method: 'GET' | 'POST',
  route: string,
  content = '',
  timeoutMs: number = TIMEOUT_MS,
): Promise<Answered> {
  const { token } = to;
  const { request } = process.getBuiltinModule('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Both: the port may have no token, although the environment has one.
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { respite: '1', ...authorization };
  const signal = AbortSignal.timeout(timeoutMs);
  const where = 'path' in to ? { socketPath: to.path } : { host: to.host, port: to.port };
  const asked = request({ ...where, method, path: route, headers, agent: false, signal }, resolve);
  asked.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
  asked.end(content);
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
