export type { InstanceMeasure } from './instance-history.ts';
