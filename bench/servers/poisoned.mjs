// A word is checked with an expression that backtracks forever on some of them.
import { createServer } from 'node:http';

const WORD = /^([a-z]+)+$/;

const server = createServer((req, res) => {
  const { searchParams } = new URL(req.url, 'http://localhost');
  res.end(String(WORD.test(searchParams.get('q') ?? '')));
});
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
