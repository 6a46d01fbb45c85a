import { defineConfig } from 'respite/config';

export default defineConfig({
  // No user waits for a report: under overload it is shed first.
  admission: { routes: { 'POST /api/reports': 'sheddable' } },
});
