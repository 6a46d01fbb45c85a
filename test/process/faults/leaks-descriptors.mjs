// GET /leak?kind=files or connections: each keeps one open for ever, of ./uploads or to PORT_OF_DATABASE.
import { openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';

writeFileSync('upload', 'x');
const kept = [];

const server = createServer((req, res) => {
  const answer = () => res.end(JSON.stringify({ pid: process.pid, method: req.method, bytes: 0 }));
  if (req.url === '/leak?kind=files') kept.push(openSync('upload'));
  if (req.url === '/leak?kind=connections') {
    kept.push(connect(Number(process.env.PORT_OF_DATABASE), '127.0.0.1', answer).on('error', answer));
  } else answer();
});
server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));
