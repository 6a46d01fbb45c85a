import { z } from 'zod';
import type { ManagementOptions } from '../../../management/index.ts';
import { ADDRESS_RULE, isToken, parseAddress, TOKEN_RULE } from '../../../management/options.ts';
import { flag, strict } from './rules.ts';

export const management: z.ZodType<ManagementOptions> = strict({
  address: z
    .custom<string | false>(
      (value) => value === false || (typeof value === 'string' && parseAddress(value) !== undefined),
      ADDRESS_RULE,
    )
    .optional(),
  token: z.custom<string>(isToken, TOKEN_RULE).optional(),
  scriptMetrics: flag,
});
