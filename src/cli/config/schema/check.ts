import type { RespiteConfig } from '../config.ts';
import { admission } from './admission.ts';
import { backpressure } from './backpressure.ts';
import { client } from './client.ts';
import { health } from './health.ts';
import { management } from './management.ts';
import { notify } from './notify.ts';
import { describeIssue } from './problems.ts';
import { strict } from './rules.ts';
import { supervisor } from './supervisor.ts';

const schema = strict({
  admission: admission.optional(),
  backpressure: backpressure.optional(),
  client: client.optional(),
  supervisor: supervisor.optional(),
  health: health.optional(),
  management: management.optional(),
  notify: notify.optional(),
});

/** A configuration that keeps the rules, or one line for each that is broken: path, rule and value. */
type Checked =
  | { readonly ok: true; readonly config: RespiteConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

export function checkConfig(value: unknown): Checked {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, config: result.data };
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, value));
  // A number can be too large for a whole number and for its own range: one rule, one line.
  return { ok: false, problems: [...new Set(problems)] };
}
