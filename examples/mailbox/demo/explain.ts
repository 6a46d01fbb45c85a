import { megabytes, times } from './rows.ts';
import type { RunData, Side } from './run-data.ts';

/** What the table says, in sentences, and why. */
export function explain({ sides, storm, repeats }: RunData): readonly string[] {
  const without = sides.find(({ isProtected }) => !isProtected);
  const withRespite = sides.find(({ isProtected }) => isProtected);
  if (without === undefined || withRespite === undefined) return [];
  return [
    users(without, withRespite),
    mails(without, withRespite),
    volume(without, withRespite),
    `Refused tries are no loss: the gateway answered 451, the sender kept the mail, and ${withRespite.mail.queued} of them were still waiting for their next try when the demo ended.` +
      (without.mail.failed > withRespite.mail.failed
        ? ` Without Respite ${without.mail.failed} tries ended without a reply.`
        : ''),
    ...(lateBy(sides) > MOST_LATE_MS
      ? [
          `This machine is busy with something else: users' calls were started up to ${lateBy(sides).toFixed(0)} ms late (p99). Repeat it when it is quiet, or with --repeats 3.`,
        ]
      : []),
    `Both sides had the same mails (${times(storm.floodBytesPerSecond / storm.capacityBytesPerSecond)} what the service can take here) at the same moments${
      repeats > 1 ? `; figures are means of ${repeats} runs in alternating order` : ''
    }.`,
  ];
}

/** From here on a latency says more about the machine than about the server, in ms. */
const MOST_LATE_MS = 25;

function lateBy(sides: readonly Side[]): number {
  return Math.max(...sides.map(({ generatorLagP99Ms }) => generatorLagP99Ms));
}

function users(without: Side, withRespite: Side): string {
  const slower = ({ users: { list, read } }: Side): string =>
    Math.min(list.calm.p99Ms, read.calm.p99Ms) === 0
      ? 'unknown, since none succeeded in the calm'
      : times(Math.max(list.storm.p99Ms / list.calm.p99Ms, read.storm.p99Ms / read.calm.p99Ms));
  return `Users: in the storm the slowest of their calls (p99) take ${slower(withRespite)} as long as in the calm, without Respite ${slower(without)}.`;
}

function mails(without: Side, withRespite: Side): string {
  if (without.mail.accepted === 0)
    return `Mails accepted: ${withRespite.mail.accepted}, without Respite none.`;
  const ratio = withRespite.mail.accepted / without.mail.accepted;
  const why =
    ratio < 1
      ? 'Fewer, because large mails that would be one too many are asked to come back, and without Respite everything is taken in at once, at the expense of users.'
      : 'No fewer, because small mails pass between large ones.';
  return `Mails accepted: ${times(ratio)} as many as without. ${why}`;
}

function volume(without: Side, withRespite: Side): string {
  if (without.mail.acceptedBytes === 0)
    return `Volume accepted: ${megabytes(withRespite.mail.acceptedBytes)}, without Respite none.`;
  const ratio = withRespite.mail.acceptedBytes / without.mail.acceptedBytes;
  const why =
    ratio < 1
      ? 'Less, because users come first, and because the processor is idle at times until a large mail comes again.'
      : 'More, because the few large ones that it works on are finished, where hundreds at once wait for each other.';
  return `Volume accepted: ${times(ratio)} that without. ${why}`;
}

/** What the reader can do next. */
export const NEXT_STEP: string = [
  'The service knows nothing of Respite. Its configuration is one line, the class of the route that can wait:',
  "  admission: { routes: { 'POST /mailboxes/:user/messages': 'sheddable' } }",
  '',
  'Next, your own server:',
  '  npm install respite',
  '  npx respite run server.js            in place of: node server.js',
  '  npx respite run --dry-run server.js  the same, but it only counts what it would shed',
].join('\n');
