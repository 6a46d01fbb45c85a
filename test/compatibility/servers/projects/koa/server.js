import Router from '@koa/router';
import Koa from 'koa';

const router = new Router();
router.get('/', (context) => (context.body = { hello: 'koa' }));
router.get('/users/:id', (context) => (context.body = `user ${context.params.id}`));

new Koa().use(router.routes()).use(router.allowedMethods()).listen(process.env.PORT);
