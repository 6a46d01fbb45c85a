export { StandIn } from './stand-in.ts';
