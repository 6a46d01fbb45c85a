import { report, rows } from './given.ts';

// The guide:
import { createServer } from 'node:http';
import { createChannel, pipe } from 'respite/backpressure';

createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/csv' });
  void pipe(rows(), createChannel(response)).catch(report);
});
