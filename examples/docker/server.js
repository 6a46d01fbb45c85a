import { createServer } from 'node:http';

createServer((request, response) => {
  response.end(`hello from ${request.url}\n`);
}).listen(process.env.PORT ?? 3000);
