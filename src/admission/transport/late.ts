import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { RequestInFlight } from '../in-flight/request.ts';
import type { Shed } from '../shed/shed.ts';
import { answerLate } from './http1.ts';
import { shedStream } from './http2.ts';

/**
 * Answers a request that was let in and is shed after all, as it would have been at once. Its handler must not answer.
 *
 * @returns False when its answer has begun already.
 */
export function answerShedLate(
  { admission }: RequestInFlight,
  message: IncomingMessage,
  response: ServerResponse,
  shed: Shed,
): boolean {
  const { stream } = response as { stream?: ServerHttp2Stream };
  if (stream === undefined) return answerLate(admission, message, response, shed);
  return !response.headersSent && shedStream(stream, shed, message.headers, admission.shedResponse);
}
