// The lines of a recording, as the management port sends them.
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { RespiteError } from '../../core/errors.ts';
import { fits } from '../../core/shape.ts';
import type { RecordedRequests, ShapeEnd } from '../../supervisor/index.ts';
import { refused } from '../operate/refused.ts';
import { type ManagementPort, shown } from '../view/answer.ts';

/** Time that an instance has to end a recording, in ms. */
const END_MS = 10_000;

const isRequest = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 4 && value.every((each) => typeof each === 'number');

const REQUESTS = { worker: 'number', routes: ['string'], requests: [isRequest] } as const;
const END = {
  end: { durationMs: 'number', requests: 'number', dropped: 'number', lostWorkers: 'number' },
} as const;

/**
 * Asks an instance to record. Resolves with undefined when it is gone before the end. Rejects with `RESPITE_CLI_NO_STATUS`
 * when it does not answer.
 *
 * @param asked Aborted when the recording was asked to end: it does so soon, or is given up.
 * @param onRequests Called with each part.
 */
export async function recordFrom(
  port: ManagementPort,
  seconds: number,
  asked: AbortSignal,
  onRequests: (recorded: RecordedRequests) => void,
): Promise<ShapeEnd | undefined> {
  const gone = (why: string): RespiteError =>
    new RespiteError('RESPITE_CLI_NO_STATUS', `no recording from ${shown(port)}: ${why}`);
  const response = await begin(port, seconds).catch((error: NodeJS.ErrnoException) => {
    throw gone(error.code ?? error.message);
  });
  if (response.statusCode !== 200) {
    const chunks = (await response.toArray()) as readonly Buffer[];
    throw refused(port, { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
  }
  let end: ShapeEnd | undefined;
  const giveUp = (): void => {
    setTimeout(() => response.destroy(new Error('it does not end')), END_MS).unref();
  };
  if (asked.aborted) giveUp();
  asked.addEventListener('abort', giveUp, { once: true });
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      const value = JSON.parse(line) as unknown;
      if (fits(value, END)) ({ end } = value as { readonly end: ShapeEnd });
      else if (fits(value, REQUESTS)) onRequests(value as RecordedRequests);
      else throw new Error('it is not Respite');
    }
  } catch (error) {
    response.destroy();
    // The connection was cut.
    if (error instanceof Error && 'code' in error) return undefined;
    throw gone(error instanceof Error ? error.message : String(error));
  }
  return end;
}

async function begin(port: ManagementPort, seconds: number): Promise<IncomingMessage> {
  const { token, ...where } = port;
  const { request } = process.getBuiltinModule('node:http');
  const target = 'path' in where ? { socketPath: where.path } : where;
  const headers = { respite: '1', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const path = `/shape/record?seconds=${seconds}`;
  return new Promise((resolve, reject) => {
    request({ ...target, method: 'POST', path, headers, agent: false }, resolve)
      .once('error', reject)
      .end();
  });
}
