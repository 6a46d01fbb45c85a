// A Response that knows where it came from.

type BodyInit = ConstructorParameters<typeof Response>[0];

/** What a Response has been asked for by its URL, and whether that was somewhere else in the end. */
export interface Provenance {
  readonly url: string;
  readonly redirected: boolean;
}

/** The parts of a Response that are its own here, as members that a class can override. */
interface Overridable {
  get url(): string;
  get redirected(): boolean;
  get type(): Response['type'];
  clone(): Response;
}

const Base: new (body: BodyInit, init: ResponseInit) => Omit<Response, keyof Overridable> & Overridable =
  Response;

/** A Response that knows where it came from. */
export class CachedResponse extends Base {
  readonly #from: Provenance;

  constructor(body: BodyInit, init: ResponseInit, from: Provenance) {
    super(body, init);
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

  override clone(): Response {
    return new CachedResponse(super.clone().body, this, this.#from);
  }
}
