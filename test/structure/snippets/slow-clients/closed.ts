import { channel, log } from './given.ts';

// The guide:
const { reason, droppedBytes } = await channel.closed;
if (reason !== 'ended') log(`${reason}: ${droppedBytes} bytes were not sent`);
