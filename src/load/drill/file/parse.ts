// Reads drill files. Whatever is wrong is an error that names the file, the field or the line, and the rule.
import { RespiteError } from '../../../core/errors.ts';
import { isObject } from '../../../core/shape.ts';
import { CAUSES } from '../../../supervisor/index.ts';
import { DRILLS } from '../drills/index.ts';
import { DRILL_FORMAT, DRILL_VERSION, type DrillFile, MAX_DRILL_REQUESTS } from './contract.ts';

const NAME = /^[\w.-]{1,128}$/;
const ROUTE = /^(?!CONNECT )[!#$%&'*+.^_`|~\w-]+ (\*|\/[\x21-\x7e]*)$/;

const MAX_STEPS = 3600;
const MAX_ROUTES = 1000;
const MAX_STEP_MS = 60_000;

const FIELDS = ['format', 'version', 'name', 'drill', 'causes', 'load', 'incident'];
const LOAD_FIELDS = ['stepMs', 'routes', 'steps'];

/**
 * Reads the text of a drill file. Throws a `RespiteError` `RESPITE_LOAD_DRILL_FILE` such as
 * `crash.drill.json: drill must be the name of a drill, such as crash, got "krash"`.
 *
 * @param name Of the file, for the error.
 */
export function parseDrillFile(text: string, name: string): DrillFile {
  const fail = (what: string): RespiteError =>
    new RespiteError('RESPITE_LOAD_DRILL_FILE', `${name}: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = String(error).replace('SyntaxError: ', '').replaceAll(/\s+/g, ' ');
    throw fail(`line ${lineOf(text, String(error))}: it is not JSON: ${why}`);
  }
  if (!isObject(value) || value['format'] !== DRILL_FORMAT)
    throw fail('it is not a drill file: `respite incidents replay` writes them');
  const need = (field: string, found: unknown, rule: string, isGood: boolean): void => {
    if (!isGood) throw fail(`${field} must be ${rule}, got ${shown(found)}`);
  };
  const { version, name: title, drill, causes, load, incident } = value;
  need(
    'version',
    version,
    `${DRILL_VERSION}, the only one that this version of Respite reads`,
    version === DRILL_VERSION,
  );
  for (const field of Object.keys(value))
    need(field, value[field], `left out: the fields are ${FIELDS.join(', ')}`, FIELDS.includes(field));
  need('name', title, 'letters, digits, dots and hyphens', typeof title === 'string' && NAME.test(title));
  need(
    'drill',
    drill,
    'the name of a drill, as `respite drill --list` shows them',
    DRILLS.some((each) => each.name === drill),
  );
  need(
    'causes',
    causes,
    `an array with some of ${CAUSES.join(', ')}`,
    Array.isArray(causes) &&
      causes.length > 0 &&
      causes.every((cause) => (CAUSES as readonly unknown[]).includes(cause)),
  );
  if (incident !== undefined)
    need(
      'incident',
      incident,
      '{ id, openedAt } with texts',
      isObject(incident) && typeof incident['id'] === 'string' && typeof incident['openedAt'] === 'string',
    );
  if (load !== undefined) checkLoad(load, need);
  return value as unknown as DrillFile;
}

type Need = (field: string, found: unknown, rule: string, isGood: boolean) => void;

function checkLoad(load: unknown, need: Need): void {
  need('load', load, `an object with ${LOAD_FIELDS.join(', ')}`, isObject(load));
  if (!isObject(load)) return;
  const { stepMs, routes, steps } = load;
  for (const field of Object.keys(load))
    need(
      `load.${field}`,
      load[field],
      `left out: the fields are ${LOAD_FIELDS.join(', ')}`,
      LOAD_FIELDS.includes(field),
    );
  const isStep = typeof stepMs === 'number' && stepMs >= 10 && stepMs <= MAX_STEP_MS;
  need('load.stepMs', stepMs, `a number of ms from 10 to ${MAX_STEP_MS}`, isStep);
  const isList = (value: unknown, most: number): value is readonly unknown[] =>
    Array.isArray(value) && value.length > 0 && value.length <= most;
  need('load.routes', routes, `an array of 1 to ${MAX_ROUTES} routes`, isList(routes, MAX_ROUTES));
  need('load.steps', steps, `an array of 1 to ${MAX_STEPS} steps`, isList(steps, MAX_STEPS));
  if (!isList(routes, MAX_ROUTES) || !isList(steps, MAX_STEPS)) return;
  for (const [i, route] of routes.entries())
    need(
      `load.routes[${i}]`,
      route,
      'a text such as "GET /users/:id" or "GET *"',
      typeof route === 'string' && ROUTE.test(route),
    );
  let requests = 0;
  for (const [i, step] of steps.entries()) {
    const isRow = Array.isArray(step) && step.length <= routes.length;
    need(`load.steps[${i}]`, step, `an array of at most ${routes.length} counts, one for each route`, isRow);
    for (const [k, count] of (step as readonly unknown[]).entries()) {
      const isCount = Number.isInteger(count) && Number(count) >= 0 && Number(count) <= MAX_DRILL_REQUESTS;
      need(`load.steps[${i}][${k}]`, count, 'a whole number of requests', isCount);
      requests += Number(count);
    }
  }
  const isEnough = requests > 0 && requests <= MAX_DRILL_REQUESTS;
  need('load.steps', requests, `1 to ${MAX_DRILL_REQUESTS} requests altogether`, isEnough);
}

/** V8 says where: by line, or by position. */
function lineOf(text: string, message: string): number {
  const line = /\(line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return text.slice(0, position === undefined ? text.length : Number(position)).split('\n').length;
}

/** Short, and on one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
