import { onConnection } from './given.ts';

// The guide:
import { createServer } from 'node:net';
import { boundKernelBuffers } from 'respite/backpressure';

const server = createServer(onConnection);
boundKernelBuffers(server); // net, tls, http, https, http2
server.listen(1430);
