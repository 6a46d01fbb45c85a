// What is wrong with a configuration, in words.
import { nameOf } from '../../../core/options.ts';
import { show } from '../../../core/validate.ts';
import type { z } from 'zod';

/** One line for each rule that an issue has found broken: path, rule and value. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): string[] {
  const path = issue.path.map(String);
  const name = path.length === 0 ? 'the configuration' : nameOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(
        (key) => `${nameOf([...path, key])} is not an option; known are ${issue.message}`,
      );
    case 'invalid_union': {
      // The last of the alternatives is an object; whatever else stands there was meant as the word before it.
      const given = valueAt(root, path);
      const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
      const inner = issue.errors.at(isObject ? -1 : 0) ?? [];
      return inner.flatMap((each) => describeIssue({ ...each, path: [...issue.path, ...each.path] }, root));
    }
    case 'invalid_key':
      return [
        `${name} must be ${issue.issues[0]?.message ?? issue.message}, got ${JSON.stringify(path.at(-1))}`,
      ];
    default:
      return [`${name} must be ${issue.message}${got(issue, root)}`];
  }
}

/** What broke a rule: what stands there, or the name under which it stands. Not shown if it is a secret. */
function got(issue: z.core.$ZodIssue, root: unknown): string {
  const { params } = issue.code === 'custom' ? issue : {};
  if (params?.['isSecret'] === true) return '';
  const isDeclared = params !== undefined && 'value' in params;
  return `, got ${show(isDeclared ? params['value'] : valueAt(root, issue.path.map(String)))}`;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root);
}
