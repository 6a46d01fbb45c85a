import { createSecureServer } from 'node:http2';
import { tls } from './tls.mjs';

const server = createSecureServer(tls, (req, res) => {
  let bytes = 0;
  req.on('data', (chunk) => (bytes += chunk.length));
  req.on('end', () => res.end(String(bytes)));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
