// Serves one handler `(req, res)` under the protection that PROTECTION names, each set up as its own documentation says:
// the handler is the same under all of them.
import { createServer } from 'node:http';

/** Fastify passes the bare request and response on, its parsers switched off, so that the handler does what it does alone. */
async function underPressure(handler, options) {
  const [{ default: fastify }, { default: plugin }] = await Promise.all([
    import('fastify'),
    import('@fastify/under-pressure'),
  ]);
  const app = fastify();
  await app.register(plugin, options);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.route({
    method: ['GET', 'POST'],
    url: '*',
    handler: (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw);
    },
  });
  await app.ready();
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

async function toobusy(handler) {
  const { default: busy } = await import('toobusy-js');
  busy.maxLag(20);
  busy.interval(20);
  return plain((req, res) => {
    if (busy()) {
      res.statusCode = 503;
      res.end('This server is busy.');
    } else {
      handler(req, res);
    }
  });
}

async function overloadProtection(handler) {
  const { default: create } = await import('overload-protection');
  const protect = create('http', { production: true });
  return plain((req, res) => {
    if (protect(req, res) !== true) handler(req, res);
  });
}

function plain(handler) {
  return new Promise((resolve) => {
    const server = createServer(handler).listen(0, '127.0.0.1', () => resolve(server));
  });
}

const PROTECTIONS = {
  none: plain,
  // Tuned by a sweep on a handler of 2 ms: the best of its settings at twice the capacity.
  'under-pressure': (handler) => underPressure(handler, { maxEventLoopDelay: 100, sampleInterval: 20 }),
  // Its own sampling interval, with thresholds such as its documentation has.
  'under-pressure-default': (handler) =>
    underPressure(handler, { maxEventLoopDelay: 100, maxEventLoopUtilization: 0.98 }),
  toobusy,
  'overload-protection': overloadProtection,
};

export async function serve(handler) {
  const server = await PROTECTIONS[process.env.PROTECTION ?? 'none'](handler);
  console.log(`listening ${server.address().port}`);
}
