// Which of the published cases (cache-tests.fyi) each cache passes.
import type { Benchmark, Context, Goal, Outcome, Table } from '../lib/benchmark.ts';
import { startOrigin } from '../../test/conformance/published/origin.ts';
import { CASES, type CaseResult, runCases, type Verdict } from '../../test/conformance/published/run.ts';
import { NOT_PASSED } from '../../test/conformance/published/verdicts.ts';
import { type Name, NAMES, start, type System } from './systems.ts';

/** Of the required cases. */
const LEAST = { fetch: 152, interceptor: 152 } as const;

interface Measured {
  readonly system: Pick<System, 'name' | 'way'>;
  readonly results: readonly CaseResult[];
}

export const conformance: Benchmark = {
  name: 'conformance',
  summary:
    'the cases of the npm package http-cache-tests (cache-tests.fyi) through Respite over each store, and through other caches',
  pinned: false,
  measures: ['src/cache'],
  spread: 'each case once; cases pass or fail',
  filters: { system: NAMES },
  async run({ filters, say }: Context): Promise<Outcome> {
    await using origin = await startOrigin();
    const measured: Measured[] = [];
    const missing: string[] = [];
    const log = console.log;
    for (const name of (filters['system'] ?? NAMES) as readonly Name[]) {
      const system = await start(name, origin.port);
      if (system === undefined) {
        missing.push(name);
        continue;
      }
      // The package reports on the console.
      console.log = () => {};
      let results: readonly CaseResult[];
      try {
        results = await runCases(origin.port, system.subject, isExpected);
      } finally {
        console.log = log;
        await system.stop();
      }
      measured.push({ system: { name, way: system.way }, results });
      say(`${name.padEnd(24)}${passed(results, 'required')} of the required cases`);
    }
    return report(measured, missing);
  },
};

function isExpected({ id, kind }: CaseResult): boolean {
  return kind !== 'required' || id in NOT_PASSED;
}

function report(measured: readonly Measured[], missing: readonly string[]): Outcome {
  return {
    goals: measured.flatMap(goalsOf),
    tables: [summaryTable(measured), matrix(measured, 'required'), matrix(measured, 'optimal')],
    notes: [
      'Required: what RFC 9111 demands. Optimal: requests that a cache could do without, and does. Behaviour: questions without a right answer.',
      'Blocked: the cache does not get as far as the case, mostly as it does not store what the case is about; or another case fails on which this one depends.',
      'Version 0.4.5 of the package is older than RFC 9111. Thirteen cases are judged by the RFC, for all systems: nine about the Age field (5.1), and four in which the origin hangs up and the package asks for a field of the answer that it never gave. "By the package" counts them as the package does.',
      'Systems have their defaults, and are shared caches where they can be configured so; Respite has `targets` and `unreachable: "gateway-timeout"`. In one process each case has an address of its own; nginx and Varnish have one origin.',
      ...Object.entries(NOT_PASSED).map(([id, why]) => `Respite does not pass \`${id}\`: ${why}.`),
      ...missing.map((name) => `${name}: not installed.`),
    ],
    settings: { cases: CASES.length, 'http-cache-tests': '0.4.5' },
  };
}

function goalsOf({ system: { name, way }, results }: Measured): Goal[] {
  if (way === undefined) return [];
  const figure = passed(results, 'required');
  const least = LEAST[way];
  return [
    {
      what: `required cases through ${name}`,
      goal: `≥ ${least}`,
      figure: String(figure),
      holds: figure >= least,
    },
  ];
}

function summaryTable(measured: readonly Measured[]): Table {
  const all = (kind: CaseResult['kind']): number =>
    CASES.filter((each) => (each.kind ?? 'required') === kind).length;
  return {
    title: 'Cases passed',
    columns: [
      '',
      `required, of ${all('required')}`,
      'failed',
      'blocked',
      'by the package',
      `optimal, of ${all('optimal')}`,
      `behaviour, of ${all('check')}`,
    ],
    rows: measured.map(({ system, results }) => {
      const required = results.filter(({ kind }) => kind === 'required');
      const count = (verdict: Verdict): string =>
        String(required.filter((each) => each.verdict === verdict).length);
      return [
        system.name,
        count('pass'),
        count('fail'),
        count('blocked'),
        String(required.filter(({ published }) => published === 'pass').length),
        String(passed(results, 'optimal')),
        String(passed(results, 'check')),
      ];
    }),
  };
}

const SIGNS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', blocked: '–' };

/** Case by case; those that all pass are left out. */
function matrix(measured: readonly Measured[], kind: 'required' | 'optimal'): Table {
  const rows: string[][] = [];
  for (const { id } of CASES.filter((each) => (each.kind ?? 'required') === kind)) {
    const verdicts = measured.map(({ results }) => results.find((each) => each.id === id)?.verdict ?? 'fail');
    if (verdicts.some((verdict) => verdict !== 'pass'))
      rows.push([id, ...verdicts.map((verdict) => SIGNS[verdict])]);
  }
  return {
    title: `Cases of the kind "${kind}" that not all pass (✓ passed, ✗ failed, – blocked)`,
    columns: ['', ...measured.map(({ system }) => system.name)],
    rows,
  };
}

function passed(results: readonly CaseResult[], kind: CaseResult['kind']): number {
  return results.filter((each) => each.kind === kind && each.verdict === 'pass').length;
}
