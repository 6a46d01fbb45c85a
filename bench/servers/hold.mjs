// Never answers GET; reads the body of any other request and says how long it was.
import { createServer } from 'node:http';

const server = createServer((req, res) => {
  if (req.method === 'GET') {
    console.log(`holding ${req.url}`);
    return;
  }
  let bytes = 0;
  req.on('data', (chunk) => (bytes += chunk.length));
  req.on('end', () => res.end(String(bytes)));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
