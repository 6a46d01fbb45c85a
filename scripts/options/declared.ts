// Options that are declared once, and the pages that list them.
import { TURN_BUDGET } from '../../src/admission/checks/turn-options.ts';
import { LIMIT } from '../../src/admission/limit/options.ts';
import { ADMISSION } from '../../src/admission/options.ts';
import { POLICY } from '../../src/admission/policy.ts';
import { PRIORITY } from '../../src/admission/priority/options.ts';
import { SHED_RESPONSE } from '../../src/admission/shed/options.ts';
import { BACKPRESSURE } from '../../src/backpressure/guard/process-options.ts';
import { CHANNEL } from '../../src/backpressure/options.ts';
import { CACHE } from '../../src/cache/options.ts';
import { CACHE_RULE } from '../../src/cache/policy/rules.ts';
import { CLIENT, ORIGIN } from '../../src/client/options.ts';
import { CIRCUIT, HEDGE, RETRY, THROTTLE } from '../../src/client/peer/options.ts';
import { type Declaration, without } from '../../src/core/options.ts';
import { HEALTH, INDICATOR } from '../../src/health/options.ts';
import { MANAGEMENT } from '../../src/management/options.ts';
import { DETECT } from '../../src/supervisor/detect/detectors/options.ts';
import { INCIDENTS } from '../../src/supervisor/incidents/evidence/options.ts';
import { BALANCER } from '../../src/supervisor/instance/balancer/options.ts';
import { FLEET } from '../../src/supervisor/instance/fleet/options.ts';
import { DRILLS } from '../../src/supervisor/instance/drill/options.ts';
import { SUPERVISOR } from '../../src/supervisor/instance/options.ts';
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
const CACHING = ['docs/guide/caching.md'];
const CALLING = ['docs/guide/calling-other-services.md'];
const CLIENT_FILE = 'src/client/options.ts';
const PEER_FILE = 'src/client/peer/options.ts';
const NOTIFY_FILE = 'src/supervisor/incidents/notify/options.ts';

export const DECLARED: readonly DeclaredOptions[] = [
  {
    name: 'admission',
    file: 'src/admission/options.ts',
    type: 'AdmissionOptions',
    declaration: ADMISSION,
    pages: REFERENCE,
  },
  {
    name: 'admission.adaptiveLimit',
    file: 'src/admission/limit/options.ts',
    type: 'ResolvedLimitOptions',
    declaration: LIMIT,
    pages: REFERENCE,
  },
  {
    name: 'admission.turnBudget',
    file: 'src/admission/checks/turn-options.ts',
    type: 'ResolvedTurnBudget',
    declaration: TURN_BUDGET,
    pages: REFERENCE,
  },
  {
    name: 'admission.routes',
    file: 'src/admission/policy.ts',
    type: 'RoutePolicy',
    declaration: POLICY,
    pages: REFERENCE,
  },
  {
    name: 'admission.priority',
    file: 'src/admission/priority/options.ts',
    type: 'PriorityOptions',
    declaration: PRIORITY,
    pages: REFERENCE,
  },
  {
    name: 'admission.shedResponse',
    file: 'src/admission/shed/options.ts',
    type: 'ShedResponseOptions',
    declaration: SHED_RESPONSE,
    pages: REFERENCE,
  },
  {
    name: 'backpressure',
    file: 'src/backpressure/guard/process-options.ts',
    type: 'BackpressureOptions',
    declaration: BACKPRESSURE,
    pages: REFERENCE,
  },
  {
    name: 'channel',
    file: 'src/backpressure/options.ts',
    type: 'ChannelOptions',
    declaration: CHANNEL,
    pages: ['docs/guide/slow-clients.md'],
  },
  { name: 'cache', file: 'src/cache/options.ts', type: 'CacheOptions', declaration: CACHE, pages: CACHING },
  {
    name: 'cache.rules',
    file: 'src/cache/policy/rules.ts',
    type: 'CacheRule',
    declaration: CACHE_RULE,
    pages: CACHING,
  },
  {
    name: 'client',
    file: CLIENT_FILE,
    type: 'ClientOptions',
    declaration: without(CLIENT, 'trustsRefusals', 'idempotent', 'slowMs'),
    pages: CALLING,
  },
  {
    name: 'client.origins',
    file: CLIENT_FILE,
    type: 'OriginOptions',
    declaration: ORIGIN,
    pages: CALLING,
  },
  { name: 'client.retry', file: PEER_FILE, type: 'ResolvedRetryOptions', declaration: RETRY, pages: CALLING },
  { name: 'client.hedge', file: PEER_FILE, type: 'ResolvedHedgeOptions', declaration: HEDGE, pages: CALLING },
  {
    name: 'client.throttle',
    file: PEER_FILE,
    type: 'ResolvedThrottleOptions',
    declaration: THROTTLE,
    pages: CALLING,
  },
  {
    name: 'client.circuit',
    file: PEER_FILE,
    type: 'ResolvedCircuitOptions',
    declaration: CIRCUIT,
    pages: CALLING,
  },
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
  {
    name: 'supervisor',
    file: 'src/supervisor/instance/options.ts',
    type: 'SupervisorOptions',
    declaration: SUPERVISOR,
    pages: REFERENCE,
  },
  {
    name: 'supervisor.detect',
    file: 'src/supervisor/detect/detectors/options.ts',
    type: 'DetectOptions',
    declaration: DETECT,
    pages: REFERENCE,
  },
  {
    name: 'supervisor.balancer',
    file: 'src/supervisor/instance/balancer/options.ts',
    type: 'ResolvedBalancerChecks',
    declaration: BALANCER,
    pages: REFERENCE,
  },
  {
    name: 'supervisor.incidents',
    file: 'src/supervisor/incidents/evidence/options.ts',
    type: 'ResolvedIncidentsOptions',
    declaration: INCIDENTS,
    pages: REFERENCE,
  },
  {
    name: 'supervisor.fleet',
    file: 'src/supervisor/instance/fleet/options.ts',
    type: 'ResolvedFleetOptions',
    declaration: FLEET,
    pages: REFERENCE,
  },
  {
    name: 'drills',
    file: 'src/supervisor/instance/drill/options.ts',
    type: 'ResolvedDrillOptions',
    declaration: DRILLS,
    pages: REFERENCE,
  },
];
