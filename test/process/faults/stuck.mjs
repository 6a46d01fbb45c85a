// A pool of 5 connections to a database, on PORT_OF_DATABASE. GET /query waits for a connection, sends a line and waits for one;
// GET / answers at once; GET /events begins an event stream, GET /poll answers after a minute.
import { createServer } from 'node:http';
import { connect } from 'node:net';

const idle = [];
const waiting = [];
let open = 0;

function use(connection, done) {
  connection.write('query\n');
  connection.once('data', () => {
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else use(connection, next);
    done();
  });
}

function query(done) {
  const free = idle.pop();
  if (free !== undefined) return use(free, done);
  if (open === 5) return waiting.push(done);
  open += 1;
  const connection = connect(Number(process.env.PORT_OF_DATABASE), '127.0.0.1', () => use(connection, done));
  connection.on('error', () => {});
}

const server = createServer((req, res) => {
  const answer = () => res.end(JSON.stringify({ pid: process.pid, method: req.method, bytes: 0 }));
  if (req.url.startsWith('/query')) query(answer);
  else if (req.url === '/poll') setTimeout(answer, 60_000);
  else if (req.url === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: hello\n\n');
  } else answer();
});
server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));
