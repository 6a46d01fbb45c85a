import { type Declaration, object, type Path, resolve, type Rule } from '../../../core/options.ts';
import { byName, rule } from '../../../core/rules.ts';

export interface DrillDependency {
  readonly host: string;
  readonly port: number;
}

/** What `respite drill` may do to this instance, with every default filled in. */
export interface ResolvedDrillOptions {
  /**
   * TCP services that the workers connect to, by a name of your own: `{ postgres: 'db.internal:5432' }`. The host is written as the code of the
   * workers has it. Drills of dependencies need one. Default none.
   */
  readonly dependencies: Readonly<Record<string, DrillDependency>>;
}

/** What `respite drill` may do to this instance. Only `undefined` means default. */
export interface DrillOptions {
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
}

const dependencyName: Rule<string> = rule(
  'up to 64 letters, digits, dots, hyphens and underscores',
  (value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value),
);

const dependency: Rule<string, DrillDependency> = {
  ...rule('host:port or [IPv6]:port', (value) => parseDependency(value) !== undefined),
  complete: (text) => Object.freeze(parseDependency(text) ?? { host: '', port: 0 }),
};

export const DRILLS: Declaration<ResolvedDrillOptions> = Object.freeze({
  dependencies: { rule: byName(dependencyName, dependency), byDefault: Object.freeze({}) },
});

const options: Rule<DrillOptions, ResolvedDrillOptions> = object(DRILLS);

/** What `drills` in the configuration must be. Undefined when drills are not allowed. */
export const drills: Rule<boolean | DrillOptions, ResolvedDrillOptions | undefined> = {
  check: (value: unknown, path: Path) => {
    if (typeof value === 'boolean') return [];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? options.check(value, path) : [{ path, rule: 'true, false or an object', value }];
  },
  complete: (value) => (value === false ? undefined : options.complete(value === true ? {} : value)),
};

/** @returns Undefined when drills are not allowed. */
export function resolveDrillOptions(given: boolean | DrillOptions = false): ResolvedDrillOptions | undefined {
  return resolve(drills, given, ['drills']);
}

/** @returns Undefined for what is no address. */
export function parseDependency(text: unknown): DrillDependency | undefined {
  if (typeof text !== 'string') return undefined;
  const { v6, name, port } =
    /^(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[\w.-]+)):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  const host = v6 ?? name;
  const number = Number(port);
  return host === undefined || !(number >= 1 && number <= 65_535) ? undefined : { host, port: number };
}
