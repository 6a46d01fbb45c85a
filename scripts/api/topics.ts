// What each entry is for, and the guide that shows it.

export interface Topic {
  readonly title: string;
  readonly guide: { readonly name: string; readonly path: string };
  readonly note?: string;
}

const FRAMEWORKS = { name: 'Frameworks', path: '../../guide/frameworks.md' };

export const TOPICS: Readonly<Record<string, Topic>> = {
  respite: {
    title: 'Load shedding in code, draining, shared metrics',
    guide: { name: 'Overload', path: '../../guide/overload.md' },
    note: 'The options of admission with their defaults are also in the [configuration](../configuration.md).',
  },
  'respite/backpressure': {
    title: 'Bounded writes to slow clients',
    guide: { name: 'Slow clients', path: '../../guide/slow-clients.md' },
  },
  'respite/cache': {
    title: 'HTTP cache for `fetch` and for your own responses',
    guide: { name: 'Caching', path: '../../guide/caching.md' },
  },
  'respite/client': {
    title: 'Calls to other services with a retry budget',
    guide: { name: 'Calling other services', path: '../../guide/calling-other-services.md' },
  },
  'respite/config': {
    title: 'Types for `respite.config.ts`',
    guide: { name: 'Running', path: '../../guide/running.md' },
    note: 'Every key with its default is in the [configuration](../configuration.md).',
  },
  'respite/express': { title: 'Routes and policies of Express', guide: FRAMEWORKS },
  'respite/fastify': { title: 'Routes and policies of Fastify', guide: FRAMEWORKS },
  'respite/health': {
    title: 'Health indicators of dependencies',
    guide: { name: 'Health', path: '../../guide/health.md' },
  },
  'respite/hono': { title: 'Routes and policies of Hono', guide: FRAMEWORKS },
  'respite/koa': { title: 'Routes and policies of Koa', guide: FRAMEWORKS },
  'respite/load': {
    title: 'Load tests and comparisons of versions',
    guide: { name: 'Performance tests in CI', path: '../../guide/performance-tests-in-ci.md' },
  },
  'respite/opentelemetry': {
    title: 'Metrics and span events in your OpenTelemetry SDK',
    guide: { name: 'Telemetry', path: '../../guide/telemetry.md' },
  },
};
