import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { RespiteError } from '../../../core/errors.ts';
import type { DrillFacts, DrillRequest, SupervisorStatus } from '../../../supervisor/index.ts';

/** Where a management port is, and what authenticates callers. */
export type ManagementAddress = (
  | { readonly path: string }
  | { readonly host: string; readonly port: number }
) & { readonly token: string | undefined };

/** An answer of the management port. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** A fault that lasts until it is reverted, or until this process ends. */
export interface InjectedFault {
  readonly workers: readonly { readonly id: number; readonly pid: number }[];
  /** Resolves when the instance says that the fault is gone. */
  revert(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** How often the instance is asked whether a fault is gone, in ms. */
const LOOK_EVERY_MS = 50;

/** Speaks to the management port of an instance. */
export class Management {
  readonly #address: ManagementAddress;

  constructor(address: ManagementAddress) {
    this.#address = address;
  }

  async facts(): Promise<DrillFacts> {
    return JSON.parse(await this.#get('/drill')) as DrillFacts;
  }

  async status(): Promise<SupervisorStatus> {
    return JSON.parse(await this.#get('/status')) as SupervisorStatus;
  }

  async metrics(): Promise<string> {
    return this.#get('/metrics');
  }

  async post(route: string): Promise<Answered> {
    const request = this.#request('POST', route, AbortSignal.timeout(TIMEOUT_MS));
    request.end();
    return answerTo(request);
  }

  /** Injects a fault. Rejects with `RESPITE_DRILL_REFUSED` when the instance does not do it. */
  async inject(fault: DrillRequest): Promise<InjectedFault> {
    const request = this.#request('POST', '/drill/fault', undefined);
    request.end(JSON.stringify(fault));
    const response = await responseTo(request);
    // Whatever becomes of the connection from here on, the fault goes with it.
    response.on('error', () => {});
    request.on('error', () => {});
    if (response.statusCode !== 200) throw refused(await bodyOf(response));
    const line = await firstLineOf(response);
    const { workers } = JSON.parse(line) as Pick<InjectedFault, 'workers'>;
    return {
      workers,
      revert: async () => {
        request.destroy();
        while ((await this.facts()).active !== undefined) await delay(LOOK_EVERY_MS);
      },
    };
  }

  async #get(route: string): Promise<string> {
    const request = this.#request('GET', route, AbortSignal.timeout(TIMEOUT_MS));
    request.end();
    const { status, body } = await answerTo(request);
    if (status >= 300) throw refused(body);
    return body;
  }

  #request(method: string, route: string, signal: AbortSignal | undefined): ClientRequest {
    const { token, ...where } = this.#address;
    const target = 'path' in where ? { socketPath: where.path } : where;
    const headers = { respite: '1', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const { request } = process.getBuiltinModule('node:http');
    return request({ ...target, method, path: route, headers, agent: false, ...(signal && { signal }) });
  }
}

async function answerTo(request: ClientRequest): Promise<Answered> {
  const response = await responseTo(request);
  return { status: response.statusCode ?? 0, body: await bodyOf(response) };
}

async function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', (error: NodeJS.ErrnoException) => {
      // The address is right: a process listens there.
      const why =
        error.name === 'AbortError'
          ? `no answer from the management port within ${TIMEOUT_MS / 1000} s`
          : `no answer from the management port: ${error.code ?? error.message}; --management says where it is`;
      reject(new RespiteError('RESPITE_DRILL_UNREACHABLE', why, { cause: error }));
    });
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function firstLineOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    response.once('close', () => reject(new Error('the instance closed the connection')));
  });
}

/** The management port says `{"error": …}`. */
function refused(body: string): RespiteError {
  let reason = body.trim();
  try {
    reason = (JSON.parse(body) as { error?: string }).error ?? reason;
  } catch {
    // As it is.
  }
  return new RespiteError('RESPITE_DRILL_REFUSED', reason);
}
