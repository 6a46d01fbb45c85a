// A test runner for Stryker that runs unit tests inside its own process. A process for each test file and mutant, as with
// Stryker's tap runner, takes ten times as long. https://stryker-mutator.io/docs/stryker-js/plugins explains the interface.
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  INSTRUMENTER_CONSTANTS,
  type InstrumenterContext,
  type StrykerOptions,
} from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { collect, type CollectedTest } from './collector.ts';

const COLLECTOR = pathToFileURL(path.join(import.meta.dirname, 'collector.ts')).href;

/** The state that Stryker's changed code reads and writes. */
const context = ((globalThis as Record<string, unknown>)[INSTRUMENTER_CONSTANTS.NAMESPACE] ??=
  {}) as InstrumenterContext;

class UnitTestRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options);
  readonly #patterns: readonly string[];
  #tests: readonly CollectedTest[] | undefined;
  #loads = 0;
  /** How long each test took last time. */
  readonly #tookMs = new Map<string, number>();

  constructor({ testFiles }: StrykerOptions) {
    this.#patterns = testFiles;
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    reloadSourcesWithTests();
    // The same examples in every run, so that scores can be compared; one counterexample is enough to detect a mutant.
    fc.configureGlobal({ seed: 1, endOnFailure: true });
  }

  async dryRun(): Promise<DryRunResult> {
    context.mutantCoverage = { static: {}, perTest: {} };
    const tests = await this.#load();
    const results = await run(tests, false);
    const { mutantCoverage } = context;
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, mutantActivation, reloadEnvironment, testFilter } = options;
    delete context.mutantCoverage;
    delete context.activeMutant;
    context.hitCount = 0;
    if (hitLimit === undefined) delete context.hitLimit;
    else context.hitLimit = hitLimit;
    const isStatic = mutantActivation === 'static';
    if (isStatic) context.activeMutant = activeMutant.id;
    if (reloadEnvironment || this.#tests === undefined) {
      try {
        this.#tests = await this.#load();
      } catch (error) {
        return toMutantRunResult({ status: DryRunStatus.Complete, tests: [failed(LOADING, 0, error)] });
      }
    }
    context.activeMutant = activeMutant.id;
    // Of a mutant in code that runs while modules load, Stryker does not know which tests depend on it.
    const chosen = this.#tests.filter(({ id }) => isStatic || testFilter?.includes(id) !== false);
    if (chosen.length === 0) throw new Error(`no tests for mutant ${activeMutant.id}`);
    // Fast tests first: most mutants are detected before the slow ones run.
    const tookMs = ({ id }: CollectedTest): number => this.#tookMs.get(id) ?? 0;
    const tests = await run(
      chosen.toSorted((a, b) => tookMs(a) - tookMs(b)),
      !options.disableBail,
    );
    for (const { id, timeSpentMs } of tests) this.#tookMs.set(id, timeSpentMs);
    const hitLimitReached = determineHitLimitReached(context.hitCount, hitLimit);
    return toMutantRunResult(hitLimitReached ?? { status: DryRunStatus.Complete, tests });
  }

  async #load(): Promise<readonly CollectedTest[]> {
    this.#loads += 1;
    const files = this.#patterns.flatMap((pattern) => globSync(pattern)).toSorted();
    return collect(files, (file) => import(`${pathToFileURL(path.resolve(file)).href}?load=${this.#loads}`));
  }
}

/** Stands for the tests when a mutant keeps their modules from loading. */
const LOADING: CollectedTest = { id: 'loading', file: '', name: 'modules load', run: () => undefined };

async function run(tests: readonly CollectedTest[], bail: boolean): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const test of tests) {
    const started = performance.now();
    context.currentTestId = test.id;
    try {
      await test.run();
      const timeSpentMs = performance.now() - started;
      results.push({ ...named(test), timeSpentMs, status: TestStatus.Success });
    } catch (error) {
      results.push(failed(test, performance.now() - started, error));
      if (bail) break;
    }
  }
  delete context.currentTestId;
  return results;
}

function named({ id, file, name }: CollectedTest): Pick<TestResult, 'id' | 'name' | 'fileName'> {
  return { id, name, fileName: path.resolve(file) };
}

function failed(test: CollectedTest, timeSpentMs: number, error: unknown): TestResult {
  return { ...named(test), timeSpentMs, status: TestStatus.Failed, failureMessage: String(error) };
}

/** What a test file imports from the sources is loaded anew with it: both carry the same query. */
function reloadSourcesWithTests(): void {
  const sources = pathToFileURL(path.resolve('src')).href;
  registerHooks({
    resolve(specifier, resolving, next) {
      const { parentURL } = resolving;
      if (parentURL?.startsWith(sources) !== true) return next(specifier, resolving);
      if (specifier === 'node:test') return { url: COLLECTOR, shortCircuit: true };
      const resolved = next(specifier, resolving);
      const isSource = resolved.url.startsWith(sources);
      return isSource ? { ...resolved, url: resolved.url + new URL(parentURL).search } : resolved;
    },
  });
}

/** Stryker looks for this name. */
export const strykerPlugins: readonly unknown[] = [
  declareClassPlugin(PluginKind.TestRunner, 'unit-tests', UnitTestRunner),
];
