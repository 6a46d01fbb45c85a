// Gives every property test of a process the seed of the run, which the runner prints and accepts, and the number of histories
// where the test names none.
import fc from 'fast-check';
import { histories } from '../../test/harness/histories.ts';

const seed = process.env['RESPITE_TEST_SEED'];
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns: histories(),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
