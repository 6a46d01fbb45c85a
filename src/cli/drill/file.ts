// Drill files of the command line.
import { readFileSync } from 'node:fs';
import { RespiteError } from '../../core/errors.ts';
import { type DrillFile, drillOf, parseDrillFile, shapeOf } from '../../load/drill/index.ts';
import { assertFilled } from '../../load/shape/index.ts';
import { parametersOf } from '../load/parameters.ts';
import { usageError } from '../usage.ts';
import type { Planned } from './index.ts';

/** Moments of the requests within a step: the same each time. */
const SEED = 1;

/** Throws a usage error that names the file, and what is wrong with it. */
export function readDrillFile(file: string): DrillFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw usageError(`--file: cannot read ${file}: ${code}`, error);
  }
  try {
    return parseDrillFile(text, file);
  } catch (error) {
    if (error instanceof RespiteError) throw usageError(`--file: ${error.message}`, error);
    throw error;
  }
}

/** Throws a usage error when nothing fills a parameter of its routes. */
export function plannedFrom(file: DrillFile, param: readonly string[] = []): Planned {
  const parameters = parametersOf(param, readFileSync);
  const drills = [drillOf(file)];
  if (file.load === undefined) return { drills };
  const shape = shapeOf(file.load, file.incident?.openedAt ?? new Date(0).toISOString(), SEED);
  try {
    assertFilled(shape.routes, parameters);
  } catch (error) {
    if (error instanceof RespiteError)
      throw usageError(`${error.message}; --param id=1..1000 would fill id`, error);
    throw error;
  }
  return { drills, like: { shape, parameters } };
}
