// Parts of pages that are generated as a whole: `<!-- figures: missed -->` and `<!-- end of figures: missed -->`.
import path from 'node:path';
import type { Goal } from '../../bench/lib/benchmark.ts';
import { markdownTable } from '../pages/table.ts';
import { type Ages, FIGURES_PAGE, OUTDATED } from './ages.ts';
import { shareAndP99 } from './declared.ts';
import { cellIn, goalIn, resultOf } from './figure.ts';
import { PROMISES } from './promises.ts';
import { MAX_COMMITS_SINCE, type Recorded, type Results } from './results.ts';

export interface Sources {
  readonly results: Results;
  readonly ages: Ages;
}

/** A generated part, and the names of the results that it shows. */
interface Block {
  readonly from: (results: Results) => Iterable<string>;
  readonly render: (sources: Sources) => string;
}

const SYSTEMS: Readonly<Record<string, string>> = {
  bare: 'nothing in front',
  respite: '**Respite**',
  'under-pressure': '@fastify/under-pressure, best of a sweep',
  toobusy: 'toobusy-js, 20 ms',
  'overload-protection': 'overload-protection',
  haproxy: 'HAProxy in front, `maxconn` 4',
  nginx: 'nginx in front, `limit_conn` 4',
};

const LOADS: Readonly<Record<string, string>> = { '2 ×': '2 times', '5 ×': '5 times', '10 ×': '10 times' };

const COSTS: readonly (readonly [cost: string, from: string, goal: string])[] = [
  [
    'throughput of an empty handler, as a share of bare Node.js',
    'overhead',
    'node: throughput, respite / bare',
  ],
  ['the same in Express', 'overhead', 'express: throughput, respite / bare'],
  ['the same in Fastify', 'overhead', 'fastify: throughput, respite / bare'],
  ['memory of the supervisor', 'footprint', 'memory of the supervisor'],
  ['memory of a worker, added', 'footprint', 'memory that a worker has more than bare Node.js'],
  ['start of an ES module, added', 'startup', 'hello.mjs, added by respite run'],
  ['start of a CommonJS script, added', 'startup', 'hello.cjs, added by respite run'],
];

export const BLOCKS: Readonly<Record<string, Block>> = {
  costs: {
    from: () => COSTS.map(([, from]) => from),
    render: ({ results }) =>
      markdownTable(
        ['what', 'goal', 'measured'],
        COSTS.map(([cost, from, what]) => {
          const goal = goalIn(resultOf(results, from), what);
          return [cost, goal.goal, measured(goal)];
        }),
      ),
  },
  promises: {
    from: () => PROMISES.map(({ from }) => from),
    render: ({ results }) =>
      markdownTable(
        ['promise', 'goal', 'measured', 'benchmark'],
        PROMISES.map(({ promise, from, what }) => {
          const goal = goalIn(resultOf(results, from), what);
          return [promise, goal.goal, measured(goal), linkTo(from)];
        }),
      ),
  },
  missed: {
    from: (results) => results.keys(),
    render: ({ results }) =>
      markdownTable(
        ['benchmark', 'what', 'goal', 'measured'],
        [...results.values()].flatMap(({ name, goals }) =>
          goals
            .filter(({ holds }) => !holds)
            .map(({ what, goal, figure }) => [linkTo(name), what, goal, figure]),
        ),
      ),
  },
  results: {
    from: (results) => results.keys(),
    render: ({ results, ages }) =>
      markdownTable(
        ['benchmark', 'date', 'commit', 'since then', 'how often'],
        [...results.values()].map(({ name, environment: { date = '', commit = '' }, spread }) => [
          linkTo(name),
          date,
          commit,
          ages.outdated.has(name) ? OUTDATED : `up to ${MAX_COMMITS_SINCE} commits`,
          spread,
        ]),
      ),
  },
  'adaptive-limit': ofRespite('pool', '20 slots of 20 ms', ['2', '5']),
  'turn-budget': ofRespite('cpu', '2 ms of the processor', ['0.95', '5', '10']),
  overload: {
    from: () => ['overload'],
    render: ({ results }) => {
      const result = resultOf(results, 'overload');
      const cell = (system: string, load: string): string =>
        shareAndP99(cellIn(result, 'cpu (2 ms of the processor), keep-alive', [system], load)).replace(
          'p99 ',
          '',
        );
      const columns = Object.keys(LOADS);
      return markdownTable(
        ['', ...Object.values(LOADS)],
        Object.entries(SYSTEMS).map(([system, label]) =>
          [label].concat(columns.map((load) => cell(system, load))),
        ),
      );
    },
  },
};

/** What Respite served of a workload of `overload`, by load and kind of connections. */
function ofRespite(name: string, workload: string, loads: readonly string[]): Block {
  return {
    from: () => ['overload'],
    render: ({ results }) => {
      const result = resultOf(results, 'overload');
      const cell = (connections: string, load: string): string => {
        const table = `${name} (${workload}), ${connections}`;
        const figure = shareAndP99(cellIn(result, table, ['respite'], `${load} ×`)).replace('p99 ', '');
        const goal = result.goals.find(({ what }) => what === `${name} at ${load} times, ${connections}`);
        return goal?.holds === false ? `${figure}, **missed**: ${goal.goal}` : figure;
      };
      return markdownTable(
        ['offered', 'kept-alive connections', 'a new connection for each request'],
        loads.map((load) => [`${load} times`, cell('keep-alive', load), cell('new', load)]),
      );
    },
  };
}

/** When the results that a page shows were measured, and which of them are outdated. */
export function provenance(page: string, names: Iterable<string>, { results, ages }: Sources): string {
  const used = [...new Set(names)].toSorted().map((name) => resultOf(results, name));
  const dates = [...Map.groupBy(used, ({ environment }) => environment['date'] ?? '')].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const measuredOn = dates.map(([date, group]) => `${listOf(group)} on ${date}`).join(', ');
  const details = `[commits and spread](${path.posix.relative(path.posix.dirname(page), FIGURES_PAGE)}#recorded-results)`;
  const outdated = used.filter(({ name }) => ages.outdated.has(name));
  const warning =
    outdated.length === 0
      ? ''
      : ` Outdated, as the measured code has changed in more than ${MAX_COMMITS_SINCE} commits since: ${listOf(outdated)}.`;
  return `Measured by ${measuredOn} (${details}).${warning}`;
}

function listOf(results: readonly Recorded[]): string {
  return results.map(({ name }) => `\`${name}\``).join(', ');
}

function measured({ figure, holds }: Goal): string {
  return holds ? figure : `${figure}, **missed**`;
}

/** As seen from docs/reference. */
function linkTo(name: string): string {
  return `[\`${name}\`](../../bench/results/${name}.md)`;
}
