const Hapi = require('@hapi/hapi');

async function main() {
  const server = Hapi.server({ port: process.env.PORT, host: '127.0.0.1' });
  server.route({ method: 'GET', path: '/', handler: () => ({ hello: 'hapi' }) });
  server.route({ method: 'POST', path: '/items', handler: ({ payload }, h) => h.response(payload).code(201) });
  await server.start();
  console.log('running at', server.info.uri);
}

main();
