import type FindMyWay from 'find-my-way';
import { noHandler } from './router.ts';

/** A path in which each character stands for itself, for find-my-way as for us. */
const LITERAL = /^\/[\w\-./~!$&',@=]*$/;

const PERCENT = 0x25;
const QUESTION_MARK = 0x3f;
const NUMBER_SIGN = 0x23;
const SLASH = 0x2f;

/** Patterns without parameters: found by their text, with or without a slash at the end, as find-my-way would find them. */
export class Literals<Match> {
  readonly #matches = new Map<string, Match>();
  readonly #createRouter: () => FindMyWay.Instance<FindMyWay.HTTPVersion.V1>;
  /** Knows the same paths. Made for the first target that takes more than comparing: with coded characters, or in absolute form. */
  #router: FindMyWay.Instance<FindMyWay.HTTPVersion.V1> | undefined;

  constructor(createRouter: () => FindMyWay.Instance<FindMyWay.HTTPVersion.V1>) {
    this.#createRouter = createRouter;
  }

  /** False when the path is none for here. Throws for one that stands here already. */
  add(path: string, match: Match): boolean {
    if (!LITERAL.test(path)) return false;
    const key = withoutLastSlash(path);
    if (this.#matches.has(key)) throw new Error(`'${path}' is declared already`);
    this.#matches.set(key, match);
    this.#router = undefined;
    return true;
  }

  find(target: string): Match | undefined {
    if (this.#matches.size === 0) return undefined;
    const end = endOfPath(target);
    if (end === undefined) return this.#routed().find('GET', target)?.store as Match | undefined;
    return this.#matches.get(withoutLastSlash(end === target.length ? target : target.slice(0, end)));
  }

  #routed(): FindMyWay.Instance<FindMyWay.HTTPVersion.V1> {
    if (this.#router !== undefined) return this.#router;
    this.#router = this.#createRouter();
    for (const [path, match] of this.#matches) this.#router.on('GET', path, noHandler, match);
    return this.#router;
  }
}

/** Where the path of a target ends; undefined when it has coded characters, or begins with something else than a path. */
function endOfPath(target: string): number | undefined {
  if (target.charCodeAt(0) !== SLASH) return undefined;
  for (let i = 1; i < target.length; i += 1) {
    const code = target.charCodeAt(i);
    if (code === PERCENT) return undefined;
    if (code === QUESTION_MARK || code === NUMBER_SIGN) return i;
  }
  return target.length;
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
