import { serve } from './given.ts';

// The guide:
import { createServer } from 'node:net';
import { createChannel, createWriteBudget } from 'respite/backpressure';

const budget = createWriteBudget({ limitBytes: 64 * 1024 * 1024 });
createServer((socket) => serve(createChannel(socket, { budget })));
