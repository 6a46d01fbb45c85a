// What attackers and honest clients talk to. HTTP2=1: HTTP/2 without TLS. COST_MS: CPU time of each request.
import http from 'node:http';
import http2 from 'node:http2';

const costMs = Number(process.env.COST_MS ?? 0);
const HOLD_MS = 20_000;

function burn() {
  const endMs = performance.now() + costMs;
  while (performance.now() < endMs);
}

const server = (process.env.HTTP2 === '1' ? http2 : http).createServer((req, res) => {
  req.on('error', () => {});
  burn();
  if (req.url === '/hold') setTimeout(() => res.end('late'), HOLD_MS).unref();
  else req.resume().on('end', () => res.end('ok'));
});
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
