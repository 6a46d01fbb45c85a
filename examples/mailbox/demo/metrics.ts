/** What the demonstration takes from Respite's /metrics. */
export interface RespiteReading {
  readonly inFlight: number;
  readonly shed: number;
  readonly restarts: number;
}

export function readMetrics(text: string): RespiteReading {
  return {
    inFlight: sum(text, 'respite_admission_in_flight'),
    shed: sum(text, 'respite_admission_requests_total', 'decision="shed"'),
    restarts: sum(text, 'respite_worker_restarts_total'),
  };
}

/** Adds up every series of a metric whose labels contain `label`, in Prometheus' text format. */
function sum(text: string, metric: string, label = ''): number {
  let total = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const rest = line.slice(metric.length);
    if (!rest.startsWith('{') && !rest.startsWith(' ')) continue;
    if (!rest.includes(label)) continue;
    total += Number(
      rest
        .slice(rest.lastIndexOf('}') + 1)
        .trim()
        .split(' ')[0],
    );
  }
  return total;
}

export async function fetchReading(managementOrigin: string): Promise<RespiteReading | undefined> {
  try {
    const response = await fetch(`${managementOrigin}/metrics`, { signal: AbortSignal.timeout(1000) });
    return response.ok ? readMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}
