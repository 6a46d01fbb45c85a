export { Evidence } from './evidence.ts';
