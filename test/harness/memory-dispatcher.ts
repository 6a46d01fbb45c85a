// A cache in front of a dispatcher that is a function, and a client that speaks to undici's kind of handlers.
import { createCache, type CacheOptions } from '../../src/cache/index.ts';
import type {
  Dispatch,
  DispatchHandler,
  DispatchHeaders,
  DispatchOptions,
} from '../../src/core/dispatch-shapes.ts';
import { turns } from './memory-origin.ts';

export interface Received {
  readonly status: number;
  readonly text: string;
  readonly how: string;
  readonly headers: DispatchHeaders;
  readonly trailers: object;
}

interface MemoryDispatcher {
  readonly asked: DispatchOptions[];
  readonly dispatch: Dispatch;
  get(options: Partial<DispatchOptions>): Promise<Received>;
}

type Respond = (options: DispatchOptions) => {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
  readonly trailers?: Record<string, string>;
};

export function memoryDispatcher(respond: Respond, options: CacheOptions = {}): MemoryDispatcher {
  const asked: DispatchOptions[] = [];
  const base: Dispatch = (sent, handler) => {
    asked.push(sent);
    const controller = {
      aborted: false,
      paused: false,
      reason: null,
      abort: () => {},
      pause: () => {},
      resume: () => {},
    };
    handler.onRequestStart?.(controller, {});
    queueMicrotask(() => {
      const { status = 200, headers = {}, body = '', trailers = {} } = respond(sent);
      handler.onResponseStart?.(controller, status, headers, '');
      handler.onResponseData?.(controller, Buffer.from(body));
      handler.onResponseEnd?.(controller, trailers);
    });
    return true;
  };
  const dispatch = createCache(options).interceptor()(base);
  const get: MemoryDispatcher['get'] = async (given) => {
    const received = await new Promise<Received>((resolve, reject) => {
      let status = 0;
      let text = '';
      let how = '';
      let fields: DispatchHeaders = {};
      const handler: DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: (_controller, code, headers) => {
          status = code;
          how = String(headers['cache-status']);
          fields = headers;
        },
        onResponseData: (_controller, chunk) => {
          text += chunk.toString();
        },
        onResponseEnd: (_controller, trailers) => {
          resolve({ status, text, how, headers: fields, trailers });
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      };
      dispatch({ method: 'GET', origin: 'http://o.example', path: '/', ...given }, handler);
    });
    await turns();
    return received;
  };
  return { asked, dispatch, get };
}
