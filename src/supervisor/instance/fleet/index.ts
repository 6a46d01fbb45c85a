export { Fleet } from './fleet.ts';
export type { FleetRates } from './rate-exchange.ts';
