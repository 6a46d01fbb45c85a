// A Response that costs little while nobody has asked for its body.

type BodyInit = ConstructorParameters<typeof Response>[0];

/** Bytes of a stream's pieces: a reader who stops holds no more than one. */
const PIECE_BYTES = 64 * 1024;

const utf8 = new TextDecoder();

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
  get body(): Response['body'];
  get bodyUsed(): boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  json(): Promise<unknown>;
  blob(): Promise<Blob>;
  formData(): Promise<FormData>;
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

/**
 * A Response of stored bytes. It makes no stream and no copy before somebody wants them, and then one copy; for text none.
 */
export class StoredResponse extends CachedResponse {
  /** The store's: not to get into other hands. */
  readonly #stored: Uint8Array;
  readonly #from: Provenance;
  #isRead = false;
  /** In whose name a stream of the bytes is read, once somebody has asked for one. */
  #streaming: Response | undefined;

  constructor(stored: Uint8Array, init: ResponseInit, from: Provenance) {
    super(null, init, from);
    this.#stored = stored;
    this.#from = from;
  }

  override get body(): Response['body'] {
    return this.#stream().body;
  }

  override get bodyUsed(): boolean {
    return this.#isRead || this.#streaming?.bodyUsed === true;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#streaming === undefined ? copyOf(this.#take()).buffer : this.#streaming.arrayBuffer();
  }

  override async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  override async text(): Promise<string> {
    return this.#streaming === undefined ? utf8.decode(this.#take()) : this.#streaming.text();
  }

  override async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  override async blob(): Promise<Blob> {
    return this.#stream().blob();
  }

  override async formData(): Promise<FormData> {
    return this.#stream().formData();
  }

  override clone(): Response {
    if (this.#streaming === undefined && !this.#isRead) {
      return new StoredResponse(this.#stored, this, this.#from);
    }
    return new CachedResponse(this.#stream().clone().body, this, this.#from);
  }

  /** The bytes, for one who reads all of them. */
  #take(): Uint8Array {
    if (this.#isRead) throw new TypeError('Body is unusable: Body has already been read');
    this.#isRead = true;
    return this.#stored;
  }

  #stream(): Response {
    if (this.#streaming !== undefined) return this.#streaming;
    // The type, for `blob` and `formData`.
    const type = this.headers.get('content-type');
    const init = type === null ? {} : { headers: { 'content-type': type } };
    this.#streaming = new Response(streamOf(this.#stored), init);
    // Whoever looks at the body now finds it used.
    if (this.#isRead) void this.#streaming.body?.getReader().cancel();
    return this.#streaming;
  }
}

/** A stream of bytes that stay ours, copied piece by piece as they are read. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = copyOf(bytes.subarray(position, position + PIECE_BYTES));
        position += piece.byteLength;
        if (piece.byteLength > 0) controller.enqueue(piece);
        if (position >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Not by `slice`, which copies nothing if it is a Buffer's. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
