// How far the answer to a request has come, read from the response when asked: nothing is wrapped, nothing listens.
import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Stage } from '../limit/index.ts';

/** Events that go on without an end (WHATWG HTML, "Server-sent events"): no client waits for the end. */
const EVENT_STREAM = 'text/event-stream';

/** In the head of a response, as node:http writes it. */
const EVENT_STREAM_HEAD: RegExp = /\r\ncontent-type:[ \t]*text\/event-stream/iu;

/** What a request is answered on. `_header` is the head as it was written; headers that `writeHead` was given are nowhere else. */
export type Answering = (ServerResponse & { readonly _header?: string | null }) | ServerHttp2Stream;

/** What Node.js keeps on a stream without documenting it; the same from Node.js 18 to 26. */
interface StreamInternals {
  readonly _readableState?: { readonly ended: boolean };
}

export function stageOf(answering: Answering): Stage {
  if (!answering.headersSent) return 'waiting';
  // The handler is done; what is left is between the kernel and the client.
  if (answering.writableEnded) return 'answered';
  return sendsEvents(answering) ? 'answered' : 'sending';
}

/** All of the request has arrived; until then the server waits for the client. */
export function isReceived(answering: Answering): boolean {
  if ('req' in answering) return answering.req.complete;
  // An HTTP/2 stream; its public members only know what the handler has read.
  return (answering as StreamInternals)._readableState?.ended !== false;
}

/** Without the query, which may hold secrets. */
export function pathOf(answering: Answering | undefined): string {
  if (answering === undefined || !('req' in answering)) return '';
  const { url = '' } = answering.req;
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function sendsEvents(answering: Answering): boolean {
  if ('sentHeaders' in answering) return isEventStream(answering.sentHeaders?.['content-type']);
  const head = answering._header;
  return typeof head === 'string'
    ? EVENT_STREAM_HEAD.test(head)
    : isEventStream(answering.getHeader('content-type'));
}

/** The user's code may have set anything. */
function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith(EVENT_STREAM);
}
