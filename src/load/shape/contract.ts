// A load shape: when requests came, of which routes and sizes. No contents: no parameters, queries, headers or bodies.

/** The route of requests that no route pattern names. Their paths are not recorded, since they may hold ids. */
export const UNNAMED_ROUTE = '*';

/** Method and route pattern of requests. */
export interface ShapeRoute {
  /** In capitals, such as `GET`. */
  readonly method: string;
  /** As the framework or the configuration has it: `/users/:id`; {@link UNNAMED_ROUTE} where none is known. */
  readonly route: string;
}

/** What traffic looked like. The arrays have an element for each request, in the order of their arrival. */
export interface LoadShape {
  /** When the recording began, as ISO 8601. */
  readonly recordedAt: string;
  /** How long it lasted, in ms. */
  readonly durationMs: number;
  /** Each once; `kinds` points at them. */
  readonly routes: readonly ShapeRoute[];
  /** Arrivals, in ms from the beginning, ascending. */
  readonly atMs: Float64Array;
  /** Indexes of {@link routes}. */
  readonly kinds: Uint16Array;
  /** Sizes of request bodies in bytes; -1 where the client did not declare one. */
  readonly bodyBytes: Float64Array;
  /** Sizes of response bodies in bytes; -1 where not known. */
  readonly responseBytes: Float64Array;
  /** Requests that came and are not in the shape. */
  readonly dropped: number;
}

/** Values of a route parameter: whole numbers of a range, both included, or texts. Each request draws one. */
export type ParameterValues = { readonly from: number; readonly to: number } | readonly string[];

/** Values by the name of the parameter. */
export type Parameters = Readonly<Record<string, ParameterValues>>;

/** How a load run follows a recorded shape. */
export interface LikeOptions {
  /** What was recorded; `parseShape` reads a file. */
  readonly shape: LoadShape;
  /** 2 plays the shape in half the time. Default: 1. */
  readonly speed?: number | undefined;
  /**
   * What fills the parameters of routes: `{ id: { from: 1, to: 1000 } }` for `/users/:id`. `*` stands for the unnamed rest of `/files/*`, and
   * for the paths of requests that no route names. Default: none; requests without a named route go to the path of the URL.
   */
  readonly parameters?: Parameters | undefined;
}
