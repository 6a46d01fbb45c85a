// Shape files: NDJSON. The first line says what was recorded, each other line is one request:
// [ms from the beginning, index of the route, bytes of the request body, bytes of the response body]; null where a size is not known.
import type { LoadShape } from './contract.ts';

export const SHAPE_FORMAT = 'respite-shape';
export const SHAPE_VERSION = 1;

/** The first line. */
export interface ShapeHeader {
  readonly format: typeof SHAPE_FORMAT;
  readonly version: typeof SHAPE_VERSION;
  readonly recordedAt: string;
  readonly durationMs: number;
  /** How many lines follow. */
  readonly requests: number;
  readonly dropped: number;
  /** `GET /users/:id`, in the order of their indexes. */
  readonly routes: readonly string[];
}

/** Requests whose lines are made at a time. */
const CHUNK = 10_000;

/** A shape file in pieces, so that no more than one of them is in memory. */
export function* formatShape(shape: LoadShape): Generator<string> {
  const { recordedAt, durationMs, routes, atMs, kinds, bodyBytes, responseBytes, dropped } = shape;
  const header: ShapeHeader = {
    format: SHAPE_FORMAT,
    version: SHAPE_VERSION,
    recordedAt,
    durationMs: rounded(durationMs),
    requests: atMs.length,
    dropped,
    routes: routes.map(({ method, route }) => `${method} ${route}`),
  };
  yield `${JSON.stringify(header)}\n`;
  for (let from = 0; from < atMs.length; from += CHUNK) {
    const lines: string[] = [];
    for (let i = from; i < Math.min(atMs.length, from + CHUNK); i += 1) {
      lines.push(
        `[${rounded(atMs[i] ?? 0)},${kinds[i] ?? 0},${sizeOf(bodyBytes[i])},${sizeOf(responseBytes[i])}]\n`,
      );
    }
    yield lines.join('');
  }
}

/** To microseconds. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined || bytes < 0 ? 'null' : String(bytes);
}
