// Writes deploy/grafana/respite.json: `npm run dashboard`. A test holds the file against what this would write.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dashboard } from '../deploy/grafana/dashboard.ts';

const FILE = path.resolve(import.meta.dirname, '../deploy/grafana/respite.json');
writeFileSync(FILE, `${JSON.stringify(dashboard(), null, 2)}\n`);
