import { report, rows } from './given.ts';

// The guide:
import { createServer } from 'node:http';
import { createChannel, createRateLimit, pipe } from 'respite/backpressure';

const rateLimit = createRateLimit({ bytesPerSecond: 10_000_000 });
createServer((_, response) => {
  void pipe(rows(), createChannel(response, { rateLimit })).catch(report);
});
