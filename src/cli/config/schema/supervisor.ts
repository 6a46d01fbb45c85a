import type { z } from 'zod';
import type { SupervisorOptions } from '../../../supervisor/index.ts';
import { supervisor as declared } from '../../../supervisor/instance/options.ts';
import { declaredAs } from './declared.ts';

export const supervisor: z.ZodType<SupervisorOptions> = declaredAs(declared);
