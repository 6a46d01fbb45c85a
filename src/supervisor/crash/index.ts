export { Deaths } from './deaths.ts';
export { watchKernelKills } from './kernel-kills.ts';
