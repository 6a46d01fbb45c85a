export { type Circumstances, NOTHING_KNOWN } from './circumstances.ts';
export { diagnose } from './diagnose.ts';
