import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { streamSSE } from 'hono/streaming';

const app = new Hono();
app.use('/text', compress());
app.get('/', (c) => c.json({ hello: 'hono' }));
app.get('/text', (c) => c.text('line\n'.repeat(1000)));
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    for (const data of ['one', 'two']) await stream.writeSSE({ data });
  }),
);
app.post('/items', async (c) => c.json(await c.req.json(), 201));

serve({ fetch: app.fetch, port: Number(process.env['PORT']) }, (info) => console.log('listening on', info.port));
