// 20 slots of 20 ms each; for the second of three phases, counted from the first request, of 200 ms.
import { serve } from './serve.mjs';
import { Pool } from './work.mjs';

const phaseMs = Number(process.env.PHASE_MS ?? 10_000);
const pool = new Pool(20);
let firstMs;

function serviceMs() {
  const phase = Math.floor((performance.now() - firstMs) / phaseMs);
  return phase === 1 ? 200 : 20;
}

await serve((_req, res) => {
  firstMs ??= performance.now();
  pool.use(serviceMs, () => res.end('done'));
});
