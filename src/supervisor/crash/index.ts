export { type Death, Deaths } from './deaths.ts';
export { watchKernelKills } from './kernel-kills.ts';
