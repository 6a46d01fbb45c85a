import express from 'express';
import { policy, respite } from 'respite/express';

const app = express();
app.use(respite()); // optional: routes in metrics, and policies beside them

app.get('/users/:id', (request, response) => {
  response.json({ id: request.params.id });
});

// No user waits for a report: under overload it is shed first.
app.post('/reports', policy('sheddable'), (_request, response) => {
  response.sendStatus(202);
});

app.listen(process.env.PORT ?? 3000);
