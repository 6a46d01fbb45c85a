/** One metric of the script's, as prom-client has it. */
export interface ScriptFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** How the values of several processes become one: prom-client's own setting. */
  readonly aggregator: string;
  /** As in the text format: `orders_total{kind="a"}`. */
  readonly series: readonly string[];
  /** In the order of the series. */
  readonly values: Float64Array;
}
