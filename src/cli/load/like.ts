// The recorded shape that a load run follows, as typed.
import { RespiteError } from '../../core/errors.ts';
import { type LikeOptions, type LoadShape, parseShape } from '../../load/index.ts';
import { usageError } from '../usage.ts';
import { parametersOf } from './parameters.ts';
import type { LoadFlags } from './request.ts';

/** @param read Reads files. */
export function likeOf(
  { like, speed, param, rate, mix }: LoadFlags,
  read: (file: string) => Uint8Array,
): LikeOptions | undefined {
  if (like === undefined) {
    const alone = speed !== undefined ? '--speed' : param !== undefined ? '--param' : undefined;
    if (alone !== undefined) throw usageError(`${alone} is for a recorded shape: name its file with --like`);
    return undefined;
  }
  const beside = rate !== undefined ? '--rate' : mix !== undefined ? '--mix' : undefined;
  if (beside !== undefined)
    throw usageError(`${beside} is not for --like: the shape has the times and the routes`);
  return {
    shape: shapeIn(like, read),
    speed: speed === undefined ? undefined : speedOf(speed),
    parameters: parametersOf(param ?? [], read),
  };
}

function speedOf(text: string): number {
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= 1000) return speed;
  throw usageError(`--speed takes a number above 0, at most 1000, got ${JSON.stringify(text)}`);
}

function shapeIn(file: string, read: (file: string) => Uint8Array): LoadShape {
  let text: string;
  try {
    text = Buffer.from(read(file)).toString();
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw usageError(`--like: cannot read ${file}: ${code}`, error);
  }
  try {
    return parseShape(text, file);
  } catch (error) {
    if (error instanceof RespiteError) throw usageError(`--like: ${error.message}`, error);
    throw error;
  }
}
