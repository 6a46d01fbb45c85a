import express from 'express';

const app = express();
app.use(express.raw({ type: () => true }));
app.use((req, res) => {
  res.send(String(req.body?.length ?? 0));
});
const server = app.listen(process.env.PORT ?? 0, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`listening ${server.address().port}`);
});
