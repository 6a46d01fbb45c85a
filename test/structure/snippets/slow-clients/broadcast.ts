import { price, subscribers, symbol } from './given.ts';

// The guide:
import { broadcast } from 'respite/backpressure';

await broadcast(subscribers, price, { key: symbol });
