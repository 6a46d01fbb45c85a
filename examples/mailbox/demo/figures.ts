import { callFigures, type CallFigures } from '../storm/call-figures.ts';
import type { SendersTick, UserCall } from '../storm/protocol.ts';
import type { RespiteReading } from './metrics.ts';
import type { CurvePoint, PhaseSpan, Side } from './run-data.ts';

/** A reading of the API from outside. */
export interface Sample {
  readonly atMs: number;
  readonly memoryBytes: number;
  readonly respite: RespiteReading | undefined;
}

export function userFigures(calls: readonly UserCall[], phases: readonly PhaseSpan[]): Side['users'] {
  const of = (action: UserCall['action'], phase: PhaseSpan['name']): CallFigures => {
    const span = phases.find(({ name }) => name === phase);
    return callFigures(
      calls.filter(
        (call) =>
          call.action === action &&
          span !== undefined &&
          call.atMs >= span.fromMs &&
          call.atMs < span.untilMs,
      ),
    );
  };
  return {
    list: { calm: of('list', 'calm'), storm: of('list', 'storm') },
    read: { calm: of('read', 'calm'), storm: of('read', 'storm') },
  };
}

/** Cuts a run into seconds. */
export function curvesOf(
  calls: readonly UserCall[],
  senders: readonly SendersTick[],
  samples: readonly Sample[],
  untilMs: number,
): readonly CurvePoint[] {
  const callsOf = Map.groupBy(calls, ({ atMs }) => Math.floor(atMs / 1000));
  return Array.from({ length: Math.ceil(untilMs / 1000) }, (_, second) => {
    const startMs = second * 1000;
    const endMs = startMs + 1000;
    const own = callsOf.get(second);
    const figures = own === undefined ? undefined : callFigures(own);
    const before = lastUntil(senders, startMs);
    const after = lastUntil(senders, endMs);
    const sample = lastUntil(samples, endMs);
    const earlier = lastUntil(samples, startMs);
    const isSampled = sample !== undefined && sample.atMs >= startMs - 1000;
    const respite = isSampled ? sample.respite : undefined;
    return {
      atMs: startMs,
      userP99Ms: figures?.p99Ms,
      userSuccess: figures?.success,
      acceptedPerSecond: (after?.accepted ?? 0) - (before?.accepted ?? 0),
      refusedPerSecond: (after?.refused ?? 0) - (before?.refused ?? 0),
      memoryBytes: isSampled ? sample.memoryBytes : undefined,
      inFlight: respite?.inFlight,
      shedPerSecond:
        respite === undefined ? undefined : Math.max(0, respite.shed - (earlier?.respite?.shed ?? 0)),
    };
  });
}

function lastUntil<T extends { readonly atMs: number }>(values: readonly T[], atMs: number): T | undefined {
  return values.findLast((value) => value.atMs <= atMs);
}
