import type FindMyWay from 'find-my-way';
import { Literals } from './literals.ts';
import { noHandler, type RouterSource } from './router.ts';

type Router = FindMyWay.Instance<FindMyWay.HTTPVersion.V1>;

/**
 * A parameter may be as long as a request line can be. find-my-way's own limit of 100 characters would let a caller leave
 * the class of a route with a long parameter.
 */
const ROUTER = { ignoreTrailingSlash: true, maxParamLength: 1024 * 1024 * 1024 };

const ASCII = 128;
const SLASH = 0x2f;

/** What a target may have after its first slash and still be a path that begins otherwise: a coded character, a query. */
const ALWAYS_ASKED = '%/?#;';

/** What begins a parameter, an expression or the rest of a path. */
const PARAMETERS = ':*(';

/** Patterns with a method (`POST /a/:id`) and without, and what was added with each. */
export class Patterns<Match> {
  readonly #source: RouterSource;
  /** Patterns without a method that have no parameters. Most workers have no other. */
  readonly #literals: Literals<Match>;
  /** Undefined while no pattern has a method: looking into an empty one costs every request as much as a full one. */
  #withMethod: Router | undefined;
  /** Each stands here once, as GET; once for each of Node.js's 35 methods would cost a worker's start 5 ms. */
  #anyMethod: Router | undefined;
  /** By the code of the character after the first slash: 1 where a pattern may match. */
  readonly #mayMatch = new Uint8Array(ASCII);

  constructor(source: RouterSource) {
    this.#source = source;
    this.#literals = new Literals(() => this.#create());
    for (const character of ALWAYS_ASKED) this.#mayMatch[character.charCodeAt(0)] = 1;
  }

  /** Throws what find-my-way throws for a pattern that can't be used or stands twice. */
  add(pattern: string, match: Match): void {
    const [first = '', second] = pattern.split(' ');
    this.#note(second ?? first);
    if (second !== undefined) {
      this.#withMethod ??= this.#create();
      this.#withMethod.on(first as FindMyWay.HTTPMethod, second, noHandler, match);
    } else if (!this.#literals.add(first, match)) {
      this.#anyMethod ??= this.#create();
      this.#anyMethod.on('GET', first, noHandler, match);
    }
  }

  find(method: string, target: string): Match | undefined {
    if (!this.#canMatch(target)) return undefined;
    const found =
      this.#withMethod?.find(method as FindMyWay.HTTPMethod, target) ??
      // Frameworks answer HEAD with the route of GET.
      (method === 'HEAD' ? this.#withMethod?.find('GET', target) : undefined);
    if (found != null) return found.store as Match;
    return this.#literals.find(target) ?? (this.#anyMethod?.find('GET', target)?.store as Match | undefined);
  }

  #create(): Router {
    return this.#source()(ROUTER);
  }

  #note(path: string): void {
    const code = path.length > 1 ? path.charCodeAt(1) : 0;
    const isLiteral = code < ASCII && !PARAMETERS.includes(path.charAt(1));
    if (isLiteral) this.#mayMatch[code] = 1;
    else this.#mayMatch.fill(1);
  }

  /** Most requests of a server with few patterns match none, and need no router to find that out. */
  #canMatch(target: string): boolean {
    // `OPTIONS *`, and the absolute form of RFC 9112, section 3.2.2.
    if (target.charCodeAt(0) !== SLASH) return true;
    const code = target.length > 1 ? target.charCodeAt(1) : 0;
    return code >= ASCII || this.#mayMatch[code] === 1;
  }
}
