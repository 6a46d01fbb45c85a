// Parameters and types of functions and methods, as a reader wants to see them.
import { type Module, type Node, textOf } from './modules.ts';

export interface Parameter {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
}

type Annotation = { readonly typeAnnotation: Node } | null | undefined;

interface Pattern extends Node {
  readonly name?: string;
  readonly optional?: boolean;
  readonly typeAnnotation?: Annotation;
  /** Of a parameter with a default. */
  readonly left?: Pattern;
  /** Of a rest parameter. */
  readonly argument?: Pattern;
}

export function parametersOf(
  module: Module,
  { params }: { readonly params: readonly unknown[] },
): readonly Parameter[] {
  return (params as readonly Pattern[]).map((given) => {
    const pattern = given.left ?? given.argument ?? given;
    return {
      // What is taken apart at once is called what users call it.
      name: `${given.type === 'RestElement' ? '...' : ''}${pattern.name ?? 'options'}`,
      isOptional: given.left !== undefined || pattern.optional === true,
      type: typeOf(module, given.typeAnnotation ?? pattern.typeAnnotation),
    };
  });
}

/** In one line. A constructor has none. */
export function typeOf(module: Module, annotation: Annotation): string {
  if (annotation === null || annotation === undefined) return '';
  return inOneLine(textOf(module, annotation.typeAnnotation));
}

export function inOneLine(type: string): string {
  return type
    .replaceAll(/\s+/g, ' ')
    .replace(/^\| /, '')
    .replaceAll(/([([]) /g, '$1')
    .replaceAll(/,? ([)\]])/g, '$1');
}

/** `createCache(options?: CacheOptions): Cache` */
export function signatureOf(name: string, parameters: readonly Parameter[], type: string): string {
  const given = parameters.map((each) => `${each.name}${each.isOptional ? '?' : ''}: ${each.type}`);
  const result = type === '' ? '' : `: ${type}`;
  const line = `${name}(${given.join(', ')})${result}`;
  return line.length <= 100 ? line : `${name}(\n  ${given.join(',\n  ')},\n)${result}`;
}
