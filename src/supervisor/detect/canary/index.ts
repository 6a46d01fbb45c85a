export { Canary } from './canary.ts';
