// 2 ms of the processor.
import { serve } from './serve.mjs';
import { spin } from './work.mjs';

await serve((_req, res) => {
  spin(2);
  res.end('done');
});
