import express from 'express';

const app = express();
app.get('/', (req, res) => res.json({ hello: 'yarn', pnp: process.versions.pnp }));
app.listen(process.env.PORT);
