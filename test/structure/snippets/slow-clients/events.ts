// The guide:
import { createServer } from 'node:http';
import { createEventFeed } from 'respite/backpressure';

const prices = createEventFeed();
createServer((request, response) => {
  const stream = prices.subscribe(request, response);
  if (stream.hasMissedEvents) stream.send({ event: 'reload', data: '' });
}).listen(8080);
await prices.publish({ event: 'price', data: '{"symbol":"ACME","price":12.3}' });
