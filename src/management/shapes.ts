// The endpoints of `respite shape record`: a recording that lasts as long as the connection that asked for it, and its end.
import type { ServerResponse } from 'node:http';
import { RespiteError } from '../core/errors.ts';
import type { RecordedRequests } from '../supervisor/index.ts';
import { type Answer, json, refusal, type Streamed } from './answer.ts';
import type { Route, RouteContext } from './routes.ts';

/** Maximum duration of a recording, in seconds. */
const MAX_SECONDS = 3600;

/** What a reader that does not keep up may have outstanding, in bytes; requests beyond it are dropped and counted. */
const MAX_UNREAD_BYTES: number = 8 * 1024 * 1024;

export const SHAPE_ROUTES: readonly (readonly [path: string, route: Route])[] = [
  [
    '/shape/record',
    {
      method: 'POST',
      about: 'record arrivals, routes and sizes for ?seconds=60, as lines of JSON; no contents',
      answer: record,
    },
  ],
  ['/shape/stop', { method: 'POST', about: 'end the recording of the load shape', answer: stop }],
];

async function record({ supervisor, query, log }: RouteContext): Promise<Answer | Streamed> {
  const text = query.get('seconds') ?? '60';
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (!(seconds > 0 && seconds <= MAX_SECONDS))
    return refusal(400, `seconds must be a number above 0, at most ${MAX_SECONDS}`);
  let reader: ServerResponse | undefined;
  const waiting: RecordedRequests[] = [];
  const write = (recorded: RecordedRequests): boolean => {
    if (reader === undefined) return waiting.push(recorded) > 0;
    // The names of routes are needed whatever becomes of the requests.
    const isFull = reader.writableLength > MAX_UNREAD_BYTES;
    const { requests, ...rest } = recorded;
    reader.write(`${JSON.stringify({ ...rest, requests: isFull ? [] : requests })}\n`);
    return !isFull;
  };
  try {
    const recording = await supervisor.shapes.record({ durationMs: seconds * 1000, onRequests: write });
    log.info({ seconds }, `recording the load shape for up to ${seconds} s: arrivals, routes and sizes`);
    return {
      status: 200,
      headers: { 'Content-Type': 'application/x-ndjson' },
      stream: (response) => {
        reader = response;
        response.once('close', () => recording.stop());
        if (response.destroyed) recording.stop();
        for (const recorded of waiting.splice(0)) write(recorded);
        void recording.ended.then((end) => response.end(`${JSON.stringify({ end })}\n`));
      },
    };
  } catch (error) {
    if (error instanceof RespiteError && error.code === 'RESPITE_SUPERVISOR_SHAPE_RECORDED')
      return refusal(409, error.message);
    throw error;
  }
}

function stop({ supervisor }: RouteContext): Answer {
  return supervisor.shapes.stop()
    ? json(202, { stopping: true })
    : refusal(409, 'no load shape is being recorded');
}
