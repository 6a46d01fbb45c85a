import { z } from 'zod';
import type { BackpressureOptions } from '../../../backpressure/index.ts';
import { integer, orFalse, strict, milliseconds } from './rules.ts';

const MOST_INT = 2 ** 31 - 1;

export const backpressure: z.ZodType<BackpressureOptions> = strict({
  limitBytes: integer(1024 * 1024),
  evictFirst: z.enum(['largest', 'oldest'], 'one of largest, oldest').optional(),
  slowPeer: orFalse(
    strict({
      minBytesPerSecond: integer(1).optional(),
      graceMs: milliseconds(100).optional(),
      kernelBufferBytes: integer(0).optional(),
    }),
  ),
  kernelBuffers: orFalse(
    strict({
      notSentBytes: integer(1, MOST_INT).optional(),
      sendBufferBytes: integer(1, MOST_INT).optional(),
    }),
  ),
});
