import { cache, pool } from './given.ts';
// The guide:
import { custom, health, postgres } from 'respite/health';

health.add('pool', { check: postgres(pool) }); // the pool that requests use
health.add('cache', { check: custom(() => cache.isWarm, { local: true }) });
