import type { z } from 'zod';
import type { OutboundOptions } from '../../../outbound/index.ts';
import { outbound } from '../../../outbound/options.ts';
import { declaredAs } from './declared.ts';

export const client: z.ZodType<OutboundOptions> = declaredAs(outbound);
