// 20 slots of 20 ms each.
import { serve } from './serve.mjs';
import { Pool } from './work.mjs';

const pool = new Pool(20);
await serve((_req, res) => {
  pool.use(
    () => 20,
    () => res.end('done'),
  );
});
