import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.end(`hello from instance ${process.env.NODE_APP_INSTANCE}\n`);
});
server.listen(process.env.PORT ?? 3000, () => {
  process.send?.('ready'); // as for pm2
});
