import { Router } from '@koa/router';
import Koa from 'koa';
import { policy, respite } from 'respite/koa';

const router = new Router();

router.get('/users/:id', (context) => {
  context.body = { id: context.params.id };
});

// No user waits for a report: under overload it is shed first.
router.post('/reports', policy('sheddable'), (context) => {
  context.status = 202;
});

new Koa()
  .use(respite()) // optional: routes in metrics, and policies beside them
  .use(router.routes())
  .listen(process.env.PORT ?? 3000);
