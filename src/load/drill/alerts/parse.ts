import type { AggregateOp, BinaryOp, Expression, Matcher } from './expression.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Weakest first. */
const PRECEDENCE: readonly (readonly BinaryOp[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '<', '>=', '<='],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
];

const AGGREGATES: readonly string[] = ['sum', 'avg', 'min', 'max', 'count'] satisfies AggregateOp[];

/** Steps of a subquery that names none, in ms: how often Prometheus evaluates rules by default. */
const DEFAULT_STEP_MS = 60_000;

/** Reads the part of PromQL that the shipped rules use. Throws a `SyntaxError` for anything else. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokensOf(text), text);
  const expression = parser.binary(0);
  parser.end();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unexpected();
  }

  binary(level: number): Expression {
    const ops = PRECEDENCE[level];
    if (ops === undefined) return this.#ranged();
    let left = this.binary(level + 1);
    for (;;) {
      const op = ops.find((each) => this.#is(each));
      if (op === undefined) return left;
      this.#at += 1;
      const on = this.#takes('on') ? this.#labels() : undefined;
      left = { kind: 'binary', op, left, right: this.binary(level + 1), on };
    }
  }

  #ranged(): Expression {
    const of = this.#unary();
    if (!this.#takes('[')) return of;
    const rangeMs = this.#duration();
    if (this.#takes(']')) {
      if (of.kind !== 'selector') throw this.#unexpected();
      return { ...of, rangeMs };
    }
    this.#expect(':');
    const stepMs = this.#is(']') ? DEFAULT_STEP_MS : this.#duration();
    this.#expect(']');
    return { kind: 'subquery', of, rangeMs, stepMs };
  }

  #unary(): Expression {
    if (this.#takes('-'))
      return {
        kind: 'binary',
        op: '*',
        left: { kind: 'number', value: -1 },
        right: this.#ranged(),
        on: undefined,
      };
    if (this.#takes('(')) {
      const inner = this.binary(0);
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens[this.#at];
    if (token?.kind === 'number') {
      this.#at += 1;
      return { kind: 'number', value: token.value };
    }
    if (token?.kind === 'name' || this.#is('{')) return this.#named();
    throw this.#unexpected();
  }

  #named(): Expression {
    const name = this.#is('{') ? '' : this.#name();
    if (AGGREGATES.includes(name)) return this.#aggregate(name as AggregateOp);
    if (!this.#is('(')) return { kind: 'selector', name, matchers: this.#matchers(), rangeMs: undefined };
    return { kind: 'call', name, args: this.#args() };
  }

  #aggregate(op: AggregateOp): Expression {
    const before = this.#takes('by') ? this.#labels() : undefined;
    const [of] = this.#args();
    if (of === undefined) throw this.#unexpected();
    const by = before ?? (this.#takes('by') ? this.#labels() : []);
    return { kind: 'aggregate', op, by, of };
  }

  #args(): Expression[] {
    this.#expect('(');
    const args: Expression[] = [];
    while (!this.#takes(')')) {
      args.push(this.binary(0));
      if (!this.#is(')')) this.#expect(',');
    }
    return args;
  }

  #matchers(): Matcher[] {
    const matchers: Matcher[] = [];
    if (!this.#takes('{')) return matchers;
    while (!this.#takes('}')) {
      const label = this.#name();
      const op = (['=', '!=', '=~', '!~'] as const).find((each) => this.#takes(each));
      const token = this.#tokens[this.#at];
      if (op === undefined || token?.kind !== 'text') throw this.#unexpected();
      this.#at += 1;
      matchers.push({ label, op, value: token.value });
      if (!this.#is('}')) this.#expect(',');
    }
    return matchers;
  }

  #labels(): string[] {
    this.#expect('(');
    const labels: string[] = [];
    while (!this.#takes(')')) {
      labels.push(this.#name());
      if (!this.#is(')')) this.#expect(',');
    }
    return labels;
  }

  #name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') throw this.#unexpected();
    this.#at += 1;
    return token.value;
  }

  #duration(): number {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'duration') throw this.#unexpected();
    this.#at += 1;
    return token.ms;
  }

  #is(value: string): boolean {
    const token = this.#tokens[this.#at];
    return (token?.kind === 'sign' || token?.kind === 'name') && token.value === value;
  }

  #takes(value: string): boolean {
    const isThere = this.#is(value);
    if (isThere) this.#at += 1;
    return isThere;
  }

  #expect(value: string): void {
    if (!this.#takes(value)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    const token = this.#tokens[this.#at];
    return new SyntaxError(
      `unexpected ${JSON.stringify(token ?? 'end')} in the rule ${JSON.stringify(this.#text)}`,
    );
  }
}
