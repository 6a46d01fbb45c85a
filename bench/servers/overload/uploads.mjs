// GET is answered at once; the body of a POST is held in memory until it is complete, and then costs 1 ms.
import { serve } from './serve.mjs';
import { spin } from './work.mjs';

await serve((req, res) => {
  if (req.method === 'GET') {
    res.end('done');
    return;
  }
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const body = Buffer.concat(chunks);
    spin(1);
    res.end(String(body.length));
  });
});
