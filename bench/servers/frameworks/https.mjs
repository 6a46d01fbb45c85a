import { createServer } from 'node:https';
import { tls } from './tls.mjs';

const server = createServer(tls, (req, res) => {
  let bytes = 0;
  req.on('data', (chunk) => (bytes += chunk.length));
  req.on('end', () => res.end(String(bytes)));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
