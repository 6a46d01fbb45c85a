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

/** Stands for the path of requests that no route pattern names: the path may hold ids. */
const UNNAMED = '*';

/** A method, and the pattern of a route as a request line can have it. @param label Of the route, which may begin with a method. */
export function shapeRoute(method: string, label: string): string {
  const pattern = label.replace(/^[A-Z-]+ /, '');
  // Patterns of frameworks may be expressions, or relative.
  const isPath = pattern.startsWith('/') && pattern.isWellFormed();
  return `${method} ${isPath ? pattern.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent) : UNNAMED}`;
}
