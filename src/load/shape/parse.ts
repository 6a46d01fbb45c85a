// Reads shape files. Whatever is wrong is an error that names the file, the line and the rule.
import { RespiteError } from '../../core/errors.ts';
import { isObject } from '../../core/shape.ts';
import { type LoadShape, type ShapeRoute, UNNAMED_ROUTE } from './contract.ts';
import { SHAPE_FORMAT, SHAPE_VERSION, type ShapeHeader } from './format.ts';

/** Maximum number of requests in a shape: an hour at 277 per second, about 25 MB. */
export const MAX_SHAPE_REQUESTS = 1_000_000;

/** Maximum number of routes in a shape: indexes have 16 bits, and each route is a row of the result. */
export const MAX_SHAPE_ROUTES = 4096;

const MAX_DURATION_MS = 24 * 3_600_000;

/** Maximum size of a body that the generator sends, in bytes. */
const MAX_BODY_BYTES = 1024 ** 3;

const ROUTE = /^([!#$%&'*+.^_`|~\w-]+) (\*|\/[\x21-\x7e]*)$/;

/**
 * Reads the text of a shape file. Throws a `RespiteError` `RESPITE_LOAD_SHAPE` such as
 * `monday.shape:3: the second element must be an index of routes (0 to 4), got 9`.
 *
 * @param name Of the file, for the error.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { load, parseShape } from 'respite/load';
 *
 * const shape = parseShape(readFileSync('monday.shape', 'utf8'), 'monday.shape');
 * const { good, offered } = await load({ url: 'http://127.0.0.1:3000/', like: { shape, speed: 2 } });
 * ```
 */
export function parseShape(text: string, name: string): LoadShape {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const header = headerOf(lines[0] ?? '', name);
  const { requests, durationMs } = header;
  if (lines.length - 1 !== requests) {
    const found = lines.length - 1;
    throw wrong(name, 1, `${requests} requests must follow, and ${found} do: the file is not whole`);
  }
  const shape = {
    recordedAt: header.recordedAt,
    durationMs,
    routes: header.routes.map((route) => routeOf(route, name)),
    atMs: new Float64Array(requests),
    kinds: new Uint16Array(requests),
    bodyBytes: new Float64Array(requests),
    responseBytes: new Float64Array(requests),
    dropped: header.dropped,
  };
  let beforeMs = 0;
  for (let i = 0; i < requests; i += 1) {
    const problem = readRequest(lines[i + 1] ?? '', i, shape, beforeMs);
    if (problem !== undefined) throw wrong(name, i + 2, problem);
    beforeMs = shape.atMs[i] ?? 0;
  }
  return shape;
}

function headerOf(line: string, name: string): ShapeHeader {
  const header = json(line);
  if (!isObject(header) || header['format'] !== SHAPE_FORMAT)
    throw wrong(name, 1, 'it is not a shape file: `respite shape record` writes them');
  const need = (field: keyof ShapeHeader, rule: string, isGood: (value: unknown) => boolean): void => {
    if (!isGood(header[field])) throw wrong(name, 1, `${field} must be ${rule}, got ${shown(header[field])}`);
  };
  need(
    'version',
    `${SHAPE_VERSION}, the only one that this version of Respite reads`,
    (value) => value === SHAPE_VERSION,
  );
  need(
    'recordedAt',
    'a time',
    (value) => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)),
  );
  need('durationMs', `a number of ms above 0, at most ${MAX_DURATION_MS}`, (value) =>
    isNumber(value, Number.MIN_VALUE, MAX_DURATION_MS),
  );
  need('requests', `a whole number from 1 to ${MAX_SHAPE_REQUESTS}`, (value) =>
    isWhole(value, 1, MAX_SHAPE_REQUESTS),
  );
  need('dropped', 'a whole number', (value) => isWhole(value, 0, Number.MAX_SAFE_INTEGER));
  need(
    'routes',
    `1 to ${MAX_SHAPE_ROUTES} texts such as "GET /users/:id"`,
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= MAX_SHAPE_ROUTES &&
      value.every((route) => typeof route === 'string'),
  );
  return header as unknown as ShapeHeader;
}

function routeOf(text: string, name: string): ShapeRoute {
  const [, method = '', route = ''] = ROUTE.exec(text) ?? [];
  if (method === '' || method === 'CONNECT')
    throw wrong(
      name,
      1,
      `routes must be texts such as "GET /users/:id" or "GET ${UNNAMED_ROUTE}", got ${shown(text)}`,
    );
  return { method, route };
}

/** @returns What is wrong with the line. */
function readRequest(line: string, i: number, shape: LoadShape, beforeMs: number): string | undefined {
  const value = json(line);
  if (!Array.isArray(value) || value.length !== 4)
    return `a request must be an array of 4 elements, got ${shown(line)}`;
  const [at, kind, body, response] = value as readonly unknown[];
  if (!isNumber(at, beforeMs, shape.durationMs))
    return `the first element must be ms from the one before (${beforeMs}) to durationMs (${shape.durationMs}), got ${shown(at)}`;
  const last = shape.routes.length - 1;
  if (!isWhole(kind, 0, last))
    return `the second element must be an index of routes (0 to ${last}), got ${shown(kind)}`;
  const sizes = [body, response].map((size) => (size === null ? -1 : size));
  const wrongSize = sizes.findIndex((size) => !isWhole(size, -1, Number.MAX_SAFE_INTEGER));
  if (wrongSize !== -1)
    return `the ${wrongSize === 0 ? 'third' : 'fourth'} element must be a number of bytes or null, got ${shown(value[2 + wrongSize])}`;
  if (Number(sizes[0]) > MAX_BODY_BYTES)
    return `the third element must be at most ${MAX_BODY_BYTES} bytes, got ${shown(body)}`;
  shape.atMs[i] = at;
  shape.kinds[i] = kind;
  shape.bodyBytes[i] = Number(sizes[0]);
  shape.responseBytes[i] = Number(sizes[1]);
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return isNumber(value, least, most) && Number.isInteger(value);
}

/** Short, and on one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function wrong(name: string, line: number, what: string): RespiteError {
  return new RespiteError('RESPITE_LOAD_SHAPE', `${name}:${line}: ${what}`);
}
