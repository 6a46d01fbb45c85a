// 20 slots; nine requests of ten hold one for 1 ms, the tenth for 50 ms.
import { serve } from './serve.mjs';
import { Pool } from './work.mjs';

const pool = new Pool(20);
let requests = 0;
await serve((_req, res) => {
  requests += 1;
  const serviceMs = requests % 10 === 0 ? 50 : 1;
  pool.use(
    () => serviceMs,
    () => res.end('done'),
  );
});
