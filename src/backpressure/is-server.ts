import { isObject } from '../core/options.ts';

/** Whether it is one of node:net, or made of one; code without types may give anything. */
export function isServer(value: unknown): boolean {
  return (
    isObject(value) && typeof value['prependListener'] === 'function' && typeof value['listen'] === 'function'
  );
}
