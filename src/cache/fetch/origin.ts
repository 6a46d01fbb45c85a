// The origin by way of `fetch`.
import { type Fields, readFields } from '../../http/fields.ts';
import type { Origin, OriginResponse } from '../engine/origin.ts';
import { keepOwner } from './body-owner.ts';
import { isDecodable, isDecoded } from './decoding.ts';

type Fetch = typeof globalThis.fetch;
type FetchInput = Parameters<Fetch>[0];
type FetchInit = NonNullable<Parameters<Fetch>[1]>;

/** The origin by way of fetch. */
export class FetchOrigin implements Origin {
  readonly #send: Fetch | undefined;
  readonly #input: FetchInput;
  readonly #init: FetchInit | undefined;
  readonly #given: Request | undefined;
  readonly #asked: Fields;
  readonly isLocal = false;
  readonly signal: AbortSignal | undefined;

  /** @param asked Fields to send unless the user does. */
  constructor(
    send: Fetch | undefined,
    input: FetchInput,
    init: FetchInit | undefined,
    given: Request | undefined,
    signal: AbortSignal | undefined,
    asked: Fields,
  ) {
    this.#send = send;
    this.#input = input;
    this.#init = init;
    this.#given = given;
    this.signal = signal;
    this.#asked = asked;
  }

  get lane(): string {
    return this.#init?.redirect ?? this.#given?.redirect ?? 'follow';
  }

  get follows(): boolean {
    return this.lane !== 'manual';
  }

  decodes(contentEncoding: string): boolean {
    return isDecodable(contentEncoding);
  }

  async send(changes: Fields, signal: AbortSignal | undefined, method?: string): Promise<OriginResponse> {
    const send = this.#send ?? globalThis.fetch;
    const headers = new Headers(this.#init?.headers ?? this.#given?.headers);
    for (const name in this.#asked) {
      if (!headers.has(name)) headers.set(name, this.#asked[name] ?? '');
    }
    for (const name in changes) {
      const value = changes[name];
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
    const init: FetchInit = { ...this.#init, headers, signal: signal ?? null };
    // The cache is here; those below need not think about it.
    delete init.cache;
    if (method !== undefined) init.method = method;
    const response = await send(this.#input, init);
    keepOwner(response);
    const fields = readFields(response.headers);
    return {
      status: response.status,
      statusText: response.statusText,
      fields,
      setCookies: response.headers.getSetCookie(),
      body: response.body,
      url: response.url,
      redirected: response.redirected,
      decoded: isDecoded(init.method ?? this.#given?.method, response, fields['content-encoding']),
    };
  }
}
