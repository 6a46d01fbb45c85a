import type { z } from 'zod';
import type { BackpressureOptions } from '../../../backpressure/index.ts';
import { backpressure as declared } from '../../../backpressure/guard/process-options.ts';
import { declaredAs } from './declared.ts';

export const backpressure: z.ZodType<BackpressureOptions> = declaredAs(declared);
