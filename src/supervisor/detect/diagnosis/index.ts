export { type Circumstances, NOTHING_KNOWN, type Trouble } from './circumstances.ts';
export { diagnose } from './diagnose.ts';
