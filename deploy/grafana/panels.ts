// The three kinds of panels that the dashboard is made of.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** An expression and the legend of what it returns. */
export type Query = readonly [expr: string, legend: string];

/** A panel that has no width yet. */
export interface SizedPanel extends Builder<Panel> {
  span(columns: number): this;
}

export const DATASOURCE: { readonly type: string; readonly uid: string } = Object.freeze({
  type: 'prometheus',
  // The one that the dashboard's variable chooses.
  uid: '${datasource}',
});

/** One number, coloured: `color` below the first step, then that of the last step which it has reached. */
export function figure(
  title: string,
  expr: string,
  unit: string,
  color: string,
  steps: readonly (readonly [from: number, color: string])[],
): Stat {
  return new Stat()
    .title(title)
    .datasource(DATASOURCE)
    .withTarget(query([expr, title], 0))
    .unit(unit)
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([{ value: null, color }, ...steps.map(([value, to]) => ({ value, color: to }))]),
    )
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .height(4);
}

export function curves(title: string, unit: string, ...queries: readonly Query[]): TimeSeries {
  return new TimeSeries()
    .title(title)
    .datasource(DATASOURCE)
    .targets(queries.map(query))
    .unit(unit)
    .axisSoftMin(0)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .height(8);
}

/** Up or down over time, a bar for each. */
export function states(title: string, ...queries: readonly Query[]): StateTimeline {
  return new StateTimeline()
    .title(title)
    .datasource(DATASOURCE)
    .targets(queries.map(query))
    .mappings([
      {
        type: MappingType.ValueToText,
        options: {
          '0': { text: 'down', color: 'red', index: 0 },
          '1': { text: 'up', color: 'green', index: 1 },
        },
      },
    ])
    .height(8);
}

function query([expr, legend]: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCodePoint('A'.charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend)
    .range();
}
