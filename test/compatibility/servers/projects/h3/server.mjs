import { H3, serve } from 'h3';

const app = new H3().get('/', () => ({ hello: 'h3' })).post('/items', (event) => event.req.json());

serve(app, { port: Number(process.env.PORT) });
