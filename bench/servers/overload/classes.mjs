// 2 ms of the processor, whichever route; which of them matters more is in classes.config.json.
import { serve } from './serve.mjs';
import { spin } from './work.mjs';

await serve((_req, res) => {
  spin(2);
  res.end('done');
});
