import { write } from '../output.ts';
import { checkConfiguration } from './config-check.ts';
import { init } from './init.ts';
import type { PrepareRequest } from './request.ts';

/** Runs a command for what is there before anything runs. Resolves with the exit code. */
export async function prepare(request: PrepareRequest): Promise<number> {
  const cwd = process.cwd();
  const say = (text: string): void => write('stdout', `${text}\n`);
  const { flags } = request;
  switch (request.command) {
    case 'config check': {
      const { file, problems } = await checkConfiguration(cwd, request.flags.config, process.env);
      if (flags.json) say(JSON.stringify({ valid: problems.length === 0, file: file ?? null, problems }));
      else if (problems.length > 0)
        write('stderr', problems.map((problem) => `respite: ${problem}\n`).join(''));
      else say(file === undefined ? `no configuration in ${cwd}: the defaults apply` : `${file}: valid`);
      return problems.length === 0 ? 0 : 2;
    }
    case 'init': {
      const files = init(cwd, request.script, request.flags);
      if (flags.json) say(JSON.stringify({ files }));
      else for (const { file, outcome } of files) say(`${file}: ${outcome}`);
      return 0;
    }
    default:
      return request satisfies never;
  }
}
