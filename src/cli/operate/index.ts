import { instancePort } from '../instances/index.ts';
import { write } from '../output.ts';
import { usageError } from '../usage.ts';
import { type Answered, ask, type ManagementPort, shown } from '../view/answer.ts';
import { capture } from './capture.ts';
import { isUp, healthText } from './health.ts';
import { parseQuarantine, quarantineText } from './quarantine.ts';
import { refused } from './refused.ts';
import type { OperateRequest } from './request.ts';

/** Runs a command for a running instance. Resolves with the exit code; rejects when nothing answered, or with what the instance refused. */
export async function operate(request: OperateRequest): Promise<number> {
  const { flags } = request;
  const port = instancePort(flags);
  const say = (text: string, body: string): void =>
    write('stdout', flags.json === true ? `${body.trim()}\n` : `${text}\n`);
  switch (request.command) {
    case 'drain': {
      const { body } = await post(port, '/drain');
      say('draining: readiness is down, requests are still served', body);
      return 0;
    }
    case 'dry-run': {
      const isOn = request.mode === 'on';
      const { body } = await post(port, isOn ? '/admission/dry-run' : '/admission/enforce');
      say(
        isOn
          ? 'dry run: nothing is shed, and no call held back or repeated; both are counted'
          : 'requests are shed again, and calls are as configured',
        body,
      );
      return 0;
    }
    case 'quarantine-list': {
      const answered = await ask(port, 'GET', '/quarantine');
      if (answered.status !== 200) throw refused(port, answered);
      say(quarantineText(parseQuarantine(answered.body, shown(port))), answered.body);
      return 0;
    }
    case 'quarantine-release': {
      const { id } = request;
      const { body } = await post(port, `/quarantine/${encodeURIComponent(id)}/release`);
      say(`quarantine ${id} is over: such requests are served again`, body);
      return 0;
    }
    case 'health': {
      const { group } = request;
      const { status, body } = await ask(
        port,
        'GET',
        group === undefined ? '/health' : `/health/${group.split('/').map(encodeURIComponent).join('/')}`,
      );
      if (status === 404) throw usageError(`no health indicator or group is called ${JSON.stringify(group)}`);
      if (status !== 200 && status !== 503) throw refused(port, { status, body });
      say(healthText(body, shown(port)), body);
      return isUp(body, shown(port)) ? 0 : 1;
    }
    case 'capture':
      return capture(port, request.what, request.flags);
    default:
      return request satisfies never;
  }
}

async function post(port: ManagementPort, route: string): Promise<Answered> {
  const answered = await ask(port, 'POST', route);
  if (answered.status >= 300) throw refused(port, answered);
  return answered;
}
