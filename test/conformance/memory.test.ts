import { memoryStore } from '../../src/cache/index.ts';
import { freshness } from './cases/freshness.ts';
import { requests } from './cases/requests.ts';
import { stories } from './cases/stories.ts';
import { storing } from './cases/storing.ts';
import { targeted } from './cases/targeted.ts';
import { conformance } from './suite.ts';

conformance(
  'memory',
  (now) => memoryStore({ now }),
  [...storing, ...freshness, ...requests, ...targeted],
  stories,
);
