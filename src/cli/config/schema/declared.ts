// Options that declare themselves (core/options.ts), as a part of the schema.
import type { Rule } from '../../../core/options.ts';
import { z } from 'zod';

/** The schema of what a rule says. */
export function declaredAs<Given>(rule: Rule<Given, unknown>): z.ZodType<Given> {
  return z.unknown().transform((value, context) => {
    for (const { path, rule: message, value: broken, known, isSecret } of rule.check(value, [])) {
      const place = [...path];
      if (known === undefined) {
        context.addIssue({
          code: 'custom',
          path: place,
          message,
          params: isSecret === true ? { isSecret } : { value: broken },
        });
      } else {
        const keys = [String(place.pop())];
        context.addIssue({ code: 'unrecognized_keys', keys, path: place, message: known.join(', ') });
      }
    }
    return value as Given;
  });
}
