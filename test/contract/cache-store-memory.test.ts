import { memoryStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from './cache-store.ts';

cacheStoreContract('memory', () => {
  let time = Date.now();
  const now = (): number => time;
  const pass = (ms: number): void => {
    time += ms;
  };
  return { store: memoryStore({ now }), now, pass };
});
