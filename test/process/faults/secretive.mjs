// Writes down whatever it is told, as no server should, and can be blocked.
import { createServer } from 'node:http';

const server = createServer((req, res) => {
  const { authorization, cookie } = req.headers;
  console.log(`says it all: ${req.method} ${req.url} authorization: ${authorization}`);
  console.log(JSON.stringify({ level: 30, url: req.url, req: { headers: { authorization, cookie } } }));
  console.error(`connect ECONNREFUSED ${process.env.DATABASE_URL} with ${process.env.API_TOKEN}`);
  console.error(`cookie: ${cookie}`);
  if (req.url.startsWith('/busy-loop')) spinForEver();
  res.end();
});

function spinForEver() {
  for (;;);
}

server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));
