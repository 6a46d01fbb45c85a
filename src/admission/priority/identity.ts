import type { IncomingHttpHeaders } from 'node:http';
import type { IdentityOf } from './options.ts';

/** Reads whose request it is, from a header or by the user's own code, which may not fail the request. */
export function identityReader(identity: string | IdentityOf): IdentityOf {
  if (typeof identity === 'string') return (headers) => headers[identity] as string | undefined;
  let warned = false;
  return (headers: IncomingHttpHeaders) => {
    let problem: string;
    try {
      const found: unknown = identity(headers);
      if (found === undefined || typeof found === 'string') return found;
      problem = `returned a ${typeof found}, not a text`;
    } catch (error) {
      problem = `threw ${String(error)}`;
    }
    if (!warned) {
      warned = true;
      process.emitWarning(`The identity function ${problem}. The request counts as one of no user.`, {
        code: 'RESPITE_IDENTITY_INVALID',
      });
    }
    return undefined;
  };
}
