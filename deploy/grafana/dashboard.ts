// The Grafana dashboard: `npm run dashboard` writes respite.json beside this.
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels.ts';
import { of, rows } from './rows.ts';

/** The width of Grafana's grid. */
const GRID_COLUMNS = 24;

export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Respite')
    .uid('respite')
    .description('Overload, self-healing, caching and slow clients of services under `respite run`.')
    .tags(['respite', 'nodejs'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(chosen('job', 'Service', 'label_values(respite_workers, job)'))
    .withVariable(chosen('instance', 'Instance', 'label_values(respite_workers{job=~"$job"}, instance)'))
    .annotation(
      marks('Open incidents', 'red', `${of('respite_incidents_open')} > 0`, '{{cause}} on {{instance}}'),
    )
    .annotation(
      marks(
        'Workers replaced',
        'blue',
        `sum by (instance, cause) (increase(${of('respite_worker_restarts_total')}[$__rate_interval])) > 0`,
        'replaced on {{instance}}: {{cause}}',
      ),
    );
  for (const { title, columns, panels } of rows()) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel.span(GRID_COLUMNS / columns));
  }
  return builder.build();
}

function chosen(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' });
}

function marks(name: string, color: string, expr: string, title: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title)
    .step('15s');
}
