// POST /restart: a rolling restart, of the same script or of another one.
import path from 'node:path';
import { problemOfScript } from '../supervisor/index.ts';
import { type Answer, json, refusal } from './answer.ts';
import type { RouteContext } from './routes.ts';

const BODY_RULE = 'the body must be empty, or {"script": "/absolute/path/of/a/script.js"}';

const NOT_PROVED =
  'any user of this machine can reach this port, so no script can be named: set a token with RESPITE_MANAGEMENT_TOKEN or management.token, or use --management unix:/path';

export async function restart(context: RouteContext): Promise<Answer> {
  const asked = await readRequest(context.body);
  if ('problem' in asked) return refusal(400, asked.problem);
  const { script } = asked;
  if (script !== undefined && !context.mayRunCode) return refusal(403, NOT_PROVED);
  return beginRestart(context, script);
}

/** @param script Default: the same as before. */
export async function beginRestart(
  { supervisor, log }: Pick<RouteContext, 'supervisor' | 'log'>,
  script: string | undefined,
): Promise<Answer> {
  const { restarting, state } = supervisor.status();
  if (restarting) return refusal(409, 'a rolling restart is already under way');
  if (state === 'stopping') return refusal(409, 'the instance is stopping');
  log.info({ script }, 'rolling restart, asked on the management port');
  const idBefore = supervisor.status().lastRestart?.id;
  const result = supervisor.restart(script).then(
    () => undefined,
    (error: unknown) => {
      log.error({ err: error }, 'the rolling restart failed');
      return error instanceof Error ? error.message : String(error);
    },
  );
  const id = supervisor.status().lastRestart?.id;
  // It could not even begin.
  if (id === idBefore) return refusal(409, (await result) ?? 'a rolling restart is already under way');
  return json(202, { restarting: true, id });
}

async function readRequest(
  body: RouteContext['body'],
): Promise<{ readonly script: string | undefined } | { readonly problem: string }> {
  let asked: unknown;
  try {
    const text = await body();
    if (text === '') return { script: undefined };
    asked = JSON.parse(text);
  } catch (error) {
    const isSyntax = error instanceof SyntaxError;
    return { problem: isSyntax || !(error instanceof Error) ? BODY_RULE : error.message };
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return { problem: BODY_RULE };
  const { script, ...others } = asked as { script?: unknown };
  if (Object.keys(others).length > 0) return { problem: BODY_RULE };
  if (script === undefined) return { script };
  if (typeof script !== 'string' || !path.isAbsolute(script)) return { problem: BODY_RULE };
  const problem = problemOfScript(script);
  return problem === undefined ? { script } : { problem };
}
