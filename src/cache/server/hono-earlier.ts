// Fields that middlewares of Hono before the cache have set for a request. None of them is the handler's, so they are not stored.
import { isAboutResponse } from './headers.ts';

/** Those that are set anew take nothing from those that were there. */
const ADDING_UP: ReadonlySet<string> = new Set(['set-cookie', 'vary']);

export class EarlierFields {
  readonly #all: readonly (readonly [name: string, value: string])[];

  /** Takes them away from a response that the handler's fields are yet to come into, as Hono would mix both. */
  constructor(headers: Headers) {
    this.#all = [...headers];
    for (const [name] of this.#all) headers.delete(name);
  }

  /** Where the cache has no part in the answer. */
  putBack(headers: Headers): void {
    for (const [name, value] of this.#all) headers.append(name, value);
  }

  /** What says how the handler's response may be stored, or what it is, counts as if the handler had said it. Cookies add up. */
  completeHandlers(headers: Headers): void {
    this.#add(headers, isAboutResponse);
  }

  /** The rest is for the client of this request, as are cookies that the handler has not got to see. */
  completeAnswer(headers: Headers, isFromHandler: boolean): void {
    this.#add(headers, (name) => !isAboutResponse(name) || (name === 'set-cookie' && !isFromHandler));
  }

  #add(headers: Headers, isWanted: (name: string) => boolean): void {
    const added = this.#all.filter(([name]) => isWanted(name) && (ADDING_UP.has(name) || !headers.has(name)));
    for (const [name, value] of added) headers.append(name, value);
  }
}
