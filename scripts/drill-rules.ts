// Writes the rules of deploy/prometheus as code, so that `respite drill` can evaluate them without a parser for YAML: npm run drill-rules.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { durationMs } from '../src/load/drill/alerts/tokens.ts';
import type { RuleGroup } from '../src/load/drill/alerts/rules.ts';

interface YamlRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface YamlRules {
  readonly groups: readonly {
    readonly name: string;
    readonly interval: string;
    readonly rules: readonly YamlRule[];
  }[];
}

const repository = path.resolve(import.meta.dirname, '..');
const TARGET = path.join(repository, 'src/load/drill/alerts/shipped-rules.ts');

/** The rules that are shipped for Prometheus. */
export function shippedRules(): RuleGroup[] {
  const text = readFileSync(path.join(repository, 'deploy/prometheus/respite.rules.yaml'), 'utf8');
  return (parse(text) as YamlRules).groups.map(({ name, interval, rules }) => ({
    name,
    intervalMs: durationMs(interval),
    rules: rules.map(({ record, alert, expr, for: held, labels }) => ({
      ...(record === undefined ? {} : { record }),
      ...(alert === undefined ? {} : { alert }),
      expr: expr
        .replaceAll(/#[^\n]*/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
      ...(held === undefined ? {} : { forMs: durationMs(held) }),
      ...(labels?.['severity'] === undefined ? {} : { severity: labels['severity'] }),
    })),
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(
    TARGET,
    `// Made from deploy/prometheus/respite.rules.yaml by npm run drill-rules.
import type { RuleGroup } from './rules.ts';

export const SHIPPED_RULES: readonly RuleGroup[] = ${JSON.stringify(shippedRules(), undefined, 2)};
`,
  );
  execFileSync('oxfmt', ['--write', TARGET], { stdio: 'inherit' });
}
