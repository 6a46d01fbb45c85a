// Options that are declared once, and the pages that list them.
import type { Declaration } from '../../src/core/options.ts';
import { HEALTH, INDICATOR } from '../../src/health/options.ts';
import { MANAGEMENT } from '../../src/management/options.ts';
import { HEARTBEAT, NOTIFY, WEBHOOK } from '../../src/supervisor/incidents/notify/options.ts';

export interface DeclaredOptions {
  /** Names the marks around the table: `<!-- options: health -->` and `<!-- end of options: health -->`. */
  readonly name: string;
  /** Where the interface is whose comments say what each option means. */
  readonly file: string;
  readonly type: string;
  readonly declaration: Declaration<object>;
  readonly pages: readonly string[];
}

const REFERENCE = ['docs/reference/configuration.md'];
const NOTIFY_FILE = 'src/supervisor/incidents/notify/options.ts';

export const DECLARED: readonly DeclaredOptions[] = [
  {
    name: 'health',
    file: 'src/health/options.ts',
    type: 'ResolvedHealthOptions',
    declaration: HEALTH,
    pages: REFERENCE,
  },
  {
    name: 'health.indicators',
    file: 'src/health/options.ts',
    type: 'ResolvedIndicatorOptions',
    declaration: INDICATOR,
    pages: ['docs/guide/health.md', ...REFERENCE],
  },
  { name: 'notify', file: NOTIFY_FILE, type: 'ResolvedNotifyOptions', declaration: NOTIFY, pages: REFERENCE },
  {
    name: 'notify.webhook',
    file: NOTIFY_FILE,
    type: 'ResolvedWebhookOptions',
    declaration: WEBHOOK,
    pages: REFERENCE,
  },
  {
    name: 'notify.heartbeat',
    file: NOTIFY_FILE,
    type: 'ResolvedHeartbeatOptions',
    declaration: HEARTBEAT,
    pages: REFERENCE,
  },
  {
    name: 'management',
    file: 'src/management/options.ts',
    type: 'ManagementOptions',
    declaration: MANAGEMENT,
    pages: REFERENCE,
  },
];
