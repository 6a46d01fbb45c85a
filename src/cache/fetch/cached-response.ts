// A Response that knows where it came from, and may say what origins say and `new Response` refuses.

type BodyInit = ConstructorParameters<typeof Response>[0];
type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** What a Response can't be made with: where it came from, statuses from 600 to 999, and reason phrases in UTF-8. */
export interface Provenance {
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
}

/** The parts of a Response that are its own here, as members that a class can override. */
interface Overridable {
  get url(): string;
  get redirected(): boolean;
  get type(): Response['type'];
  get status(): number;
  get statusText(): string;
  get ok(): boolean;
  clone(): Response;
}

const Base: new (body: BodyInit, init: ResponseInit) => Omit<Response, keyof Overridable> & Overridable =
  Response;

export class CachedResponse extends Base {
  readonly #from: Provenance;

  constructor(body: BodyInit, headers: HeadersInit, from: Provenance) {
    // Without a status that forbids it, any body will do.
    super(body, { headers });
    this.#from = from;
  }

  override get url(): string {
    return this.#from.url;
  }

  override get redirected(): boolean {
    return this.#from.redirected;
  }

  override get type(): Response['type'] {
    return 'basic';
  }

  override get status(): number {
    // The platform asks while it makes the Response.
    return #from in this ? this.#from.status : 200;
  }

  override get statusText(): string {
    return this.#from.statusText;
  }

  override get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  override clone(): Response {
    return new CachedResponse(super.clone().body, this.headers, this.#from);
  }
}
