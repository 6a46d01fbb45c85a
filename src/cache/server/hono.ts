// The cache in front of handlers that get a Request and give a Response, as Hono's do.
import type { Socket } from 'node:net';
import { readFields } from '../../http/fields.ts';
import type { Engine } from '../engine/engine.ts';
import type { Origin, OriginResponse } from '../engine/origin.ts';
import { toResponse } from '../fetch/response.ts';
import type { Fields } from '../../http/fields.ts';
import { readRequest } from '../policy/request.ts';
import { audienceOf } from '../policy/audience.ts';
import { handled } from './again.ts';
import { EarlierFields } from './hono-earlier.ts';
import { certificateOf } from './request.ts';
import { failingUnlessWhole } from './whole.ts';

/** As much of Hono's context as is used. */
interface HonoContext {
  readonly req: { raw: Request };
  /** With @hono/node-server its `incoming` is the request of node:http. */
  readonly env?: unknown;
  res: Response;
}

/** A middleware of Hono. */
export type HonoMiddleware = (
  context: HonoContext,
  next: () => Promise<void>,
) => Promise<Response | undefined>;

export function serveHono(engine: Engine): HonoMiddleware {
  return async (context, next) => {
    const { raw } = context.req;
    const fields = readFields(raw.headers);
    const url = raw.url.split('#', 1)[0] ?? '';
    const { incoming } = (context.env ?? {}) as { readonly incoming?: { readonly socket?: Socket } };
    const certificate = certificateOf(incoming?.socket);
    if (certificate === 'unknown') {
      await next();
      return undefined;
    }
    const audience = audienceOf(fields, certificate);
    const request = readRequest(raw.method, url, fields, undefined, engine.rules, audience);
    const earlier = new EarlierFields(context.res.headers);
    const origin = new NextOrigin(context, next, earlier);
    let answer;
    try {
      answer = await handled(() => engine.handle(request, origin), origin);
    } catch (error) {
      earlier.putBack(context.res.headers);
      if (origin.hasRun) throw error;
      // Others' handlers have failed, for which this request has waited.
      await next();
      return undefined;
    }
    const response = toResponse(answer);
    // A Response of the platform's own: frameworks and adapters look into it.
    const plain = new Response(response.body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    earlier.completeAnswer(plain.headers, origin.hasRun);
    if (!origin.hasRun) return plain;
    // Hono would merge the fields of the handler's response into another.
    (context as { res: Response | undefined }).res = undefined;
    context.res = plain;
    return undefined;
  };
}

class NextOrigin implements Origin {
  readonly lane = 'server';
  readonly isLocal = true;
  readonly follows = false;
  hasRun = false;
  readonly #context: HonoContext;
  readonly #next: () => Promise<void>;
  readonly #earlier: EarlierFields;

  constructor(context: HonoContext, next: () => Promise<void>, earlier: EarlierFields) {
    this.#context = context;
    this.#next = next;
    this.#earlier = earlier;
  }

  get signal(): AbortSignal {
    return this.#context.req.raw.signal;
  }

  decodes(): boolean {
    return false;
  }

  async send(changes: Fields): Promise<OriginResponse> {
    this.hasRun = true;
    const { req } = this.#context;
    let asked: Headers | undefined;
    for (const name in changes) {
      const value = changes[name];
      if ((req.raw.headers.get(name) ?? undefined) === value) continue;
      asked ??= new Headers(req.raw.headers);
      if (value === undefined) asked.delete(name);
      else asked.set(name, value);
    }
    if (asked !== undefined) req.raw = new Request(req.raw, { headers: asked });
    await this.#next();
    const { res } = this.#context;
    const headers = new Headers(res.headers);
    this.#earlier.completeHandlers(headers);
    return {
      status: res.status,
      statusText: res.statusText,
      fields: readFields(headers),
      setCookies: headers.getSetCookie(),
      body:
        res.body === null ? null : failingUnlessWhole(res.body, this.signal, headers.get('content-length')),
      url: req.raw.url,
      redirected: false,
      decoded: false,
    };
  }
}
