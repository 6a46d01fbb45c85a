import { fastify } from 'fastify';
import { respite } from 'respite/fastify';

const app = fastify();
await app.register(respite); // optional: policies beside the routes that come after it

app.get('/users/:id', (request, reply) => {
  reply.send({ id: request.params.id });
});

// No user waits for a report: under overload it is shed first.
app.post('/reports', { config: { respite: { criticality: 'sheddable' } } }, (_request, reply) => {
  reply.code(202).send();
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
