// The origins that the configuration names, found as quickly as most calls to others need it.

/** Maximum spellings of origins that are remembered, named or not. A crawler calls millions. */
export const MAX_REMEMBERED = 1000;

export class NamedOrigins {
  readonly #names: ReadonlySet<string>;
  /** What each spelling is the origin of; undefined for one that is not named. */
  readonly #bySpelling = new Map<string, string | undefined>();

  /** @param origins As the configuration spells them. */
  constructor(origins: Iterable<string>) {
    this.#names = new Set([...origins].map((name) => new URL(name).origin));
  }

  /** Spellings that are remembered now. */
  get remembered(): number {
    return this.#bySpelling.size;
  }

  /** The origin, as `URL.origin` has it; undefined for one that is not named, or that is none. */
  find(spelling: unknown): string | undefined {
    const text = spelling instanceof URL ? spelling.origin : spelling;
    if (typeof text !== 'string') return undefined;
    if (this.#names.has(text)) return text;
    if (this.#bySpelling.has(text)) return this.#bySpelling.get(text);
    const origin = URL.parse(text)?.origin;
    const named = origin !== undefined && this.#names.has(origin) ? origin : undefined;
    if (this.#bySpelling.size >= MAX_REMEMBERED) this.#bySpelling.clear();
    this.#bySpelling.set(text, named);
    return named;
  }
}
