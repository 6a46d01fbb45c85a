// The engine's way to the origin: `fetch` or a dispatcher, the engine does not know which.
import type { Fields } from '../../http/fields.ts';

/** Trailer fields by name. */
export type Trailers = Readonly<Record<string, string | string[] | undefined>>;

/** A response whose body has not been read. */
export interface OriginResponse {
  readonly status: number;
  readonly statusText: string;
  readonly fields: Fields;
  /** One by one, as they can't be joined. They are in `fields` too. */
  readonly setCookies: readonly string[];
  readonly body: ReadableStream<Uint8Array> | null;
  /** Where it came from in the end. */
  readonly url: string;
  /** It came from elsewhere than was asked, so it must not be stored for what was asked. */
  readonly redirected: boolean;
  /** Fields after the body, once it has come; only where they can be passed on. They are not stored (RFC 9110, 6.5.1). */
  readonly trailers?: (() => Trailers) | undefined;
  /** The body has been decoded, its Content-Encoding and Content-Length are about something else. */
  readonly decoded: boolean;
}

/** One request of a user, which can be sent as often as needed. */
export interface Origin {
  /** Requests that differ in it never share an answer, although key and fields are the same. */
  readonly lane: string;
  /**
   * A handler of this process, for the response to this very request: it is asked once at most, never without its client, and no other
   * client's request can be sent in its place.
   */
  readonly isLocal: boolean;
  /** Follows redirects, so that a stored redirect is no answer. */
  readonly follows: boolean;
  /** Whether bodies with this Content-Encoding come decoded from there, so that one that is stored encoded is no answer. */
  decodes(contentEncoding: string): boolean;
  /** Aborted when its user no longer wants the answer. Asked for only when the answer has to be waited for. */
  readonly signal: AbortSignal | undefined;
  /**
   * Sends the request.
   *
   * @param fields Replaces these fields of the user's; undefined takes one away.
   * @param method In place of the user's.
   */
  send(fields: Fields, signal: AbortSignal | undefined, method?: string): Promise<OriginResponse>;
}
