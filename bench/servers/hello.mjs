import { createServer } from 'node:http';

const server = createServer((_req, res) => res.end('Hello, World!'));
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
