// Chance that comes again: everything a fuzzer decides follows from one seed.
import { seededRandom } from '../../simulator/random.ts';
import { below } from '../seed.ts';

export class Dice {
  /** From 0 to 1. */
  readonly share: () => number;

  constructor(seed: number) {
    this.share = seededRandom(seed);
  }

  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number {
    return below(this.share, end);
  }

  chance(share: number): boolean {
    return this.share() < share;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** Changes, repeats, inserts or cuts off some bytes. */
  mutate(bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes;
    const at = this.below(bytes.length);
    switch (this.below(4)) {
      case 0: {
        const changed = Buffer.from(bytes);
        changed[at] = this.below(256);
        return changed;
      }
      case 1:
        return bytes.subarray(0, at);
      case 2:
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([this.below(256)]), bytes.subarray(at)]);
      default:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 9), bytes.subarray(at)]);
    }
  }
}
