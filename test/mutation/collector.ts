// Takes the place of `node:test` in a mutation run: keeps the tests instead of running them, so that they can be run many
// times. It exports what unit tests use; a test file that imports more fails to load, which names what is missing here.

/** A test of a unit test file. */
export interface CollectedTest {
  /** File and position among its tests; the same in every run. */
  readonly id: string;
  readonly file: string;
  readonly name: string;
  readonly run: () => unknown;
}

const collected: CollectedTest[] = [];
let loading = '';

/** Imports test files and returns their tests, in order. */
export async function collect(
  files: readonly string[],
  load: (file: string) => Promise<unknown>,
): Promise<readonly CollectedTest[]> {
  collected.length = 0;
  for (const file of files) {
    loading = file;
    await load(file);
  }
  return [...collected];
}

/**
 * What test files call.
 *
 * @public
 */
export function test(name: string, run: () => unknown): void {
  collected.push({ id: `${loading} ${collected.length}`, file: loading, name, run });
}
