// The guide:
import { defineConfig } from 'respite/config';
import { disk, http, postgres } from 'respite/health';
import pg from 'pg';

export default defineConfig({
  health: {
    indicators: {
      disk: { check: disk({ path: '/var/lib/mail' }) },
      postgres: { check: postgres(new pg.Pool({ host: 'db', max: 1 })) },
      search: { check: http('http://search:9200/_cluster/health'), groups: ['search'] },
    },
  },
});
