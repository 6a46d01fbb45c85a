// Which of the published cases (cache-tests.fyi) each cache passes.
import type { Benchmark, Context, Goal, Outcome, Table } from '../lib/benchmark.ts';
import { startOrigin } from '../../test/conformance/published/origin.ts';
import {
  CASES,
  casesFor,
  type CaseResult,
  type Mode,
  runCases,
  type Subject,
  type Verdict,
} from '../../test/conformance/published/run.ts';
import { isKnown, NOT_PASSED } from '../../test/conformance/published/verdicts.ts';
import { type Name, NAMES, start, type System } from './systems.ts';

/** Of the required cases. */
const LEAST = { fetch: 156, interceptor: 154 } as const;

interface Measured {
  readonly system: Pick<System, 'name' | 'way'>;
  readonly mode: Mode;
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
      try {
        for (const subject of subjectsOf(system)) {
          // The package reports on the console.
          console.log = () => {};
          const results = await runCases(
            origin.port,
            subject,
            ({ id, kind }) => kind !== 'required' || isKnown(id, subject.mode),
          );
          console.log = log;
          const { way } = system;
          measured.push({ system: { name, way }, mode: subject.mode, results });
          say(
            `${name.padEnd(24)}${subject.mode.padEnd(9)}${passed(results, 'required')} of the required cases`,
          );
        }
      } finally {
        console.log = log;
        await system.stop();
      }
    }
    return report(measured, missing);
  },
};

function subjectsOf({ subject, forOne }: System): readonly Subject[] {
  return forOne === undefined ? [subject] : [subject, forOne];
}

function report(measured: readonly Measured[], missing: readonly string[]): Outcome {
  return {
    goals: measured.filter(({ mode }) => mode === 'shared').flatMap((each) => goalsOf(each, measured)),
    tables: [summaryTable(measured), matrix(measured, 'required'), matrix(measured, 'optimal')],
    notes: [
      'Required: what RFC 9111 demands. Optimal: requests that a cache could do without, and does. Behaviour: questions without a right answer.',
      'Blocked: the cache does not get as far as the case, mostly as it does not store what the case is about; or another case fails on which this one depends.',
      'Version 0.4.5 of the package is older than RFC 9111. Thirteen cases are judged by the RFC, for all systems: nine about the Age field (5.1), and four in which the origin hangs up and the package asks for a field of the answer that it never gave. "By the package" counts them as the package does.',
      'The package has 160 required cases. Three are about caches for one user, eight about caches for many users, and some of these contradict each other: no cache passes all in one mode. So a cache that has both modes is asked in both, each time the cases that are about this mode. The goals count the cases that pass in at least one.',
      'Systems have their defaults. Respite has `targets` and `unreachable: "gateway-timeout"`, and for one user `mode: "private"` and `storeSetCookie`. In one process each case has an address of its own; nginx and Varnish have one origin.',
      ...(['shared', 'private'] as const).flatMap((mode) =>
        Object.entries(NOT_PASSED[mode]).map(
          ([id, why]) => `Respite does not pass \`${id}\` in the mode ${mode}: ${why}.`,
        ),
      ),
      ...missing.map((name) => `${name}: not installed.`),
    ],
    settings: {
      cases: CASES.length,
      shared: casesFor('shared').length,
      private: casesFor('private').length,
      'http-cache-tests': '0.4.5',
    },
  };
}

function goalsOf({ system: { name, way } }: Measured, all: readonly Measured[]): Goal[] {
  if (way === undefined) return [];
  const figure = passedInAnyMode(name, all);
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

function passedInAnyMode(name: string, all: readonly Measured[]): number {
  const ids = all
    .filter(({ system }) => system.name === name)
    .flatMap(({ results }) => results)
    .filter(({ kind, verdict }) => kind === 'required' && verdict === 'pass')
    .map(({ id }) => id);
  return new Set(ids).size;
}

function summaryTable(measured: readonly Measured[]): Table {
  return {
    title: 'Cases passed',
    columns: [
      '',
      'mode',
      'required',
      'failed',
      'blocked',
      'by the package',
      'optimal',
      'behaviour',
      `required in any mode, of ${CASES.filter(({ kind = 'required' }) => kind === 'required').length}`,
    ],
    rows: measured.map(({ system, mode, results }) => {
      const required = results.filter(({ kind }) => kind === 'required');
      const ofAll = (kind: CaseResult['kind']): string =>
        `${passed(results, kind)} of ${results.filter((each) => each.kind === kind).length}`;
      const count = (verdict: Verdict): string =>
        String(required.filter((each) => each.verdict === verdict).length);
      return [
        system.name,
        mode,
        ofAll('required'),
        count('fail'),
        count('blocked'),
        String(required.filter(({ published }) => published === 'pass').length),
        ofAll('optimal'),
        ofAll('check'),
        String(passedInAnyMode(system.name, measured)),
      ];
    }),
  };
}

const SIGNS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', blocked: '–' };

/** Case by case; those that all pass are left out. */
function matrix(measured: readonly Measured[], kind: 'required' | 'optimal'): Table {
  const rows: string[][] = [];
  for (const { id } of CASES.filter((each) => (each.kind ?? 'required') === kind)) {
    const verdicts = measured.map(({ results }) => results.find((each) => each.id === id)?.verdict);
    if (verdicts.some((verdict) => verdict !== undefined && verdict !== 'pass'))
      rows.push([id, ...verdicts.map((verdict) => (verdict === undefined ? '' : SIGNS[verdict]))]);
  }
  return {
    title: `Cases of the kind "${kind}" that not all pass (✓ passed, ✗ failed, – blocked, empty: of another mode)`,
    columns: [
      '',
      ...measured.map(({ system, mode }) => `${system.name}${mode === 'private' ? ', for one' : ''}`),
    ],
    rows,
  };
}

function passed(results: readonly CaseResult[], kind: CaseResult['kind']): number {
  return results.filter((each) => each.kind === kind && each.verdict === 'pass').length;
}
