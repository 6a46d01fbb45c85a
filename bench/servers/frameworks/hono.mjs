import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();
app.all('*', async (c) => {
  const body = await c.req.arrayBuffer();
  return c.text(String(body.byteLength));
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => console.log(`listening ${info.port}`));
