import type { z } from 'zod';
import type { ManagementOptions } from '../../../management/index.ts';
import { management as declared } from '../../../management/options.ts';
import { declaredAs } from './declared.ts';

export const management: z.ZodType<ManagementOptions> = declaredAs(declared);
