export { Deaths } from './deaths.ts';
