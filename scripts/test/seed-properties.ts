// Gives every property test of a process the seed of the run, which the runner prints and accepts.
import fc from 'fast-check';

const seed = process.env['RESPITE_TEST_SEED'];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
