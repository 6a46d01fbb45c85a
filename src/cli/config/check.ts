// What a configuration must be: the sections, each declared where its options are resolved.
import { admissionAsData } from '../../admission/options.ts';
import { backpressure } from '../../backpressure/guard/process-options.ts';
import { type Declaration, describeProblem, object, type Option, type Rule } from '../../core/options.ts';
import { health } from '../../health/options.ts';
import { management } from '../../management/options.ts';
import { outbound } from '../../outbound/options.ts';
import { notify } from '../../supervisor/incidents/notify/options.ts';
import { drills } from '../../supervisor/instance/drill/options.ts';
import { supervisor } from '../../supervisor/instance/options.ts';
import type { RespiteConfig } from './config.ts';

type Sections = { readonly [Section in keyof RespiteConfig]-?: unknown };

const section = (rule: Rule<never, unknown>): Option<unknown, Sections> => ({ rule, byDefault: undefined });

const SECTIONS: Declaration<Sections> = {
  admission: section(admissionAsData),
  backpressure: section(backpressure),
  client: section(outbound),
  supervisor: section(supervisor),
  health: section(health),
  management: section(management),
  notify: section(notify),
  drills: section(drills),
};

const configuration = object<Sections, RespiteConfig>(SECTIONS);

/** A configuration that keeps the rules, or one line for each that is broken: path, rule and value. */
type Checked =
  | { readonly ok: true; readonly config: RespiteConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

export function checkConfig(value: unknown): Checked {
  const problems = configuration.check(value, []);
  if (problems.length === 0) return { ok: true, config: value as RespiteConfig };
  return { ok: false, problems: problems.map(describeProblem) };
}
