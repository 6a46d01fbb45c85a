import type { z } from 'zod';
import type { NotifyOptions } from '../../../supervisor/index.ts';
import { notify as declared } from '../../../supervisor/incidents/notify/options.ts';
import { declaredAs } from './declared.ts';

export const notify: z.ZodType<NotifyOptions> = declaredAs(declared);
