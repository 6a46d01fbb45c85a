/** Numbers of a recorded request: arrival, index of the route, bytes of its body, bytes of its response. */
export const SHAPE_CELLS = 4;

/** What a worker has recorded since its last batch. */
export interface ShapeBatch {
  /** Routes that were not sent before, such as `GET /users/:id`; their indexes follow those of the others. */
  readonly routes: readonly string[];
  /**
   * {@link SHAPE_CELLS} for each request. Arrivals are in ms by the monotonic clock that all processes of a machine share; -1 is a size that is
   * not known.
   */
  readonly cells: Float64Array;
  /** Requests that there was no room for. */
  readonly dropped: number;
}
