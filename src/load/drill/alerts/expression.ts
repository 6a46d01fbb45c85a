// What an expression of a rule consists of.

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export type AggregateOp = 'sum' | 'avg' | 'min' | 'max' | 'count';

export type BinaryOp =
  | 'or'
  | 'and'
  | 'unless'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'selector';
      readonly name: string;
      readonly matchers: readonly Matcher[];
      /** Samples of that time instead of the last one. */
      readonly rangeMs: number | undefined;
    }
  | { readonly kind: 'subquery'; readonly of: Expression; readonly rangeMs: number; readonly stepMs: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'aggregate';
      readonly op: AggregateOp;
      readonly by: readonly string[];
      readonly of: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: Expression;
      readonly right: Expression;
      /** Labels by which both sides are matched; undefined for all of them. */
      readonly on: readonly string[] | undefined;
    };

/** Names of the metrics that an expression looks at. */
export function* metricsIn(expression: Expression): Generator<string> {
  switch (expression.kind) {
    case 'number':
      return;
    case 'selector':
      yield expression.name;
      return;
    case 'call':
      for (const each of expression.args) yield* metricsIn(each);
      return;
    case 'binary':
      yield* metricsIn(expression.left);
      yield* metricsIn(expression.right);
      return;
    default:
      yield* metricsIn(expression.of);
  }
}
