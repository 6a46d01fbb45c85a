import type { History } from '../../../core/history.ts';
import { InstanceHistory, type InstanceMeasure, type InstanceReading } from './instance-history.ts';

/** An hour, a moment a second: about half a megabyte. */
const LENGTH = 3600;
const EVERY_MS = 1000;

/** Begins to look, once a second, until `ended` settles. */
export function recordHistory(
  read: () => InstanceReading,
  ended: Promise<unknown>,
): History<InstanceMeasure> {
  const instance = new InstanceHistory(LENGTH);
  const timer = setInterval(() => instance.add(Date.now(), read()), EVERY_MS).unref();
  void ended.finally(() => clearInterval(timer));
  return instance.history;
}
