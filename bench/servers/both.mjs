// 1 ms of the processor, and then one of 20 slots for 30 ms: the slots are what it has least of, for 667 requests a second.
import { serve } from './overload/serve.mjs';
import { Pool, spin } from './overload/work.mjs';

const pool = new Pool(20);
await serve((_req, res) => {
  spin(1);
  pool.use(
    () => 30,
    () => res.end('done'),
  );
});
