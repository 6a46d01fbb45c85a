import type { History } from '../../../core/history.ts';
import { InstanceHistory, type InstanceMeasure, type InstanceReading } from './instance-history.ts';

/** An hour, a moment a second: about half a megabyte. */
const LENGTH = 3600;
const EVERY_MS = 1000;

/**
 * Begins to look, once a second, until `ended` settles.
 *
 * @param alsoLook Gets what was read.
 */
export function recordHistory(
  read: () => InstanceReading,
  ended: Promise<unknown>,
  alsoLook: (reading: InstanceReading) => void,
): History<InstanceMeasure> {
  const instance = new InstanceHistory(LENGTH);
  const timer = setInterval(() => {
    const reading = read();
    instance.add(Date.now(), reading);
    alsoLook(reading);
  }, EVERY_MS).unref();
  void ended.finally(() => clearInterval(timer));
  return instance.history;
}
