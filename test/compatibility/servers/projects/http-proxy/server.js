const http = require('node:http');
const httpProxy = require('http-proxy');

const target = http.createServer((req, res) => res.end(`target ${req.url} ${req.headers['x-by'] ?? ''}`));
target.listen(0, '127.0.0.1', () => {
  const proxy = httpProxy.createProxyServer({ target: { host: '127.0.0.1', port: target.address().port } });
  http.createServer((req, res) => proxy.web(req, res, { headers: { 'x-by': 'http-proxy' } })).listen(process.env.PORT);
});
