import Koa from 'koa';

const app = new Koa();
app.use(async (ctx) => {
  let bytes = 0;
  for await (const chunk of ctx.req) bytes += chunk.length;
  ctx.body = String(bytes);
});
const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
