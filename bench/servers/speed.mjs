// Serves each request in SERVICE_MS: on its event loop, one at a time, or, where SLOTS is set, in that many slots beside it.
import { createServer } from 'node:http';
import { Pool } from './overload/work.mjs';

const serviceMs = Number(process.env.SERVICE_MS);
const slots = Number(process.env.SLOTS ?? 0);
const pool = new Pool(slots);
// Holds the loop up without using a core, so that two servers of fixed speed fit on one.
const never = new Int32Array(new SharedArrayBuffer(4));

const server = createServer((_req, res) => {
  if (slots === 0) {
    Atomics.wait(never, 0, 0, serviceMs);
    res.end('done');
  } else {
    pool.use(
      () => serviceMs,
      () => res.end('done'),
    );
  }
});
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
});
