export { Headroom, type HeadroomStatus } from './headroom.ts';
