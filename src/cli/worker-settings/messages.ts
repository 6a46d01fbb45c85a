import { decodeByKind, isObject, type Shape } from '../../core/shape.ts';
import type { RespiteConfig } from '../config/config.ts';

/** The part of a configuration that is about workers only. A rolling restart applies it. */
export type WorkersConfig = Pick<RespiteConfig, 'admission' | 'backpressure' | 'client' | 'supervisor'>;

/** What the process answers that has loaded the configuration, once. */
export type ConfigurationAnswer =
  | {
      readonly kind: 'read';
      /** Unchecked. */
      readonly workers: object;
      /** All else, by path: see {@link leavesOf}. */
      readonly fixed: ReadonlyMap<string, string>;
    }
  /** The configuration can't be loaded, or breaks a rule. */
  | { readonly kind: 'refused'; readonly problem: string };

const SHAPES: Readonly<Record<ConfigurationAnswer['kind'], Shape>> = {
  read: {
    workers: isObject,
    fixed: (value: unknown) =>
      value instanceof Map &&
      [...value].every(([key, text]) => typeof key === 'string' && typeof text === 'string'),
  },
  refused: { problem: 'string' },
};

/** Undefined for whatever is none of these: the configuration is user code, and shares the channel's process. */
export function decodeAnswer(message: unknown): ConfigurationAnswer | undefined {
  return decodeByKind(message, SHAPES) as ConfigurationAnswer | undefined;
}
