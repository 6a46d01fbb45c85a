export { slotOf } from './client-slot.ts';
export { hearOfSockets } from './hear-of-sockets.ts';
export { Listening } from './listening.ts';
export { Stickiness } from './stickiness.ts';
export { shareUdpPorts } from './udp-ports.ts';
