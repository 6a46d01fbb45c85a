// Checks of plain data that comes from another process, before it is believed.

type Primitive = 'string' | 'number' | 'boolean';

/** Decides by itself. */
export type Guard = (value: unknown) => boolean;

/** The shape of a value that may be missing. */
export interface Optional {
  readonly optional: Shape;
}

/** A primitive, a list of one shape, an object with at least these keys, or a check of its own. */
export type Shape = Primitive | Guard | Optional | readonly [Shape] | { readonly [key: string]: Shape };

/** Shapes that describe `T`. A key that is added to `T` and not to its shape does not compile. */
export type ShapeOf<T> =
  | Guard
  | (undefined extends T
      ? { readonly optional: ShapeOf<Exclude<T, undefined>> }
      : T extends string
        ? 'string'
        : T extends number
          ? 'number'
          : T extends boolean
            ? 'boolean'
            : T extends readonly (infer Element)[]
              ? readonly [ShapeOf<Element>]
              : { readonly [Key in keyof T]-?: ShapeOf<T[Key]> });

/** One shape for each kind of a message; none can be forgotten. */
export type ShapesOf<Message extends { readonly kind: string }> = {
  readonly [Kind in Message['kind']]: ShapeOf<Omit<Extract<Message, { readonly kind: Kind }>, 'kind'>>;
};

/** Whether a value has a shape. Keys beyond those of the shape are allowed: a newer version may say more. Never throws on plain data. */
export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape;
  if (typeof shape === 'function') return shape(value);
  if (isList(shape)) return Array.isArray(value) && value.every((element) => fits(element, shape[0]));
  if (isOptional(shape)) return value === undefined || fits(value, shape.optional);
  if (!isObject(value)) return false;
  for (const key in shape) {
    const part = shape[key];
    if (part !== undefined && !fits(value[key], part)) return false;
  }
  return true;
}

/** An object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One of these texts. */
export function oneOf(...texts: readonly string[]): Guard {
  return (value) => texts.some((text) => text === value);
}

/**
 * Picks the shape by `kind`, which every message between processes has.
 *
 * @returns The message; undefined when there is no such kind, or it has another shape.
 */
export function decodeByKind(value: unknown, shapes: Readonly<Record<string, Shape>>): object | undefined {
  if (!isObject(value) || typeof value['kind'] !== 'string') return undefined;
  const shape = Object.hasOwn(shapes, value['kind']) ? shapes[value['kind']] : undefined;
  return shape !== undefined && fits(value, shape) ? value : undefined;
}

function isList(shape: Exclude<Shape, Primitive | Guard>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isOptional(shape: Exclude<Shape, Primitive | Guard | readonly [Shape]>): shape is Optional {
  return 'optional' in shape && Object.keys(shape).length === 1;
}
