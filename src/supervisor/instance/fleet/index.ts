export { Fleet } from './fleet.ts';
