/** Names remembered at once; the oldest is forgotten first. */
const NAMES_LIMIT = 10_000;

/** A bounded map of names; what was set longest ago goes first. */
export class ByName<T> {
  readonly #values = new Map<string, T>();

  get(name: string): T | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: T): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= NAMES_LIMIT) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  delete(name: string): void {
    if (this.#values.size > 0) this.#values.delete(name);
  }
}
