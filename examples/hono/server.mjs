import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { policy, respite } from 'respite/hono';

const app = new Hono();
app.use(respite(app)); // optional: routes in metrics, and policies beside them

app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }));

// No user waits for a report: under overload it is shed first.
app.post('/reports', policy('sheddable'), (c) => c.body(null, 202));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
