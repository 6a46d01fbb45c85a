import type { z } from 'zod';
import type { HealthOptions } from '../../../health/index.ts';
import { health as declared } from '../../../health/options.ts';
import { declaredAs } from './declared.ts';

export const health: z.ZodType<HealthOptions> = declaredAs(declared);
