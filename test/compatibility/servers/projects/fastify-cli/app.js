module.exports = async (fastify, options) => {
  fastify.get('/', async () => ({ hello: 'fastify' }));
  fastify.post('/items', async (request, reply) => reply.code(201).send(request.body));
};
