import type { Channel } from './channel.ts';
import { DEFAULT_TIMEOUT_MS, type SlackOptions } from './options.ts';
import type { Payload } from './payload.ts';
import { post } from './post.ts';

/** Slack's own limits: a header of 150 characters, a text of 3000 (Block Kit reference). */
const MOST_IN_HEADER = 150;
const MOST_IN_TEXT = 3000;

const MARKS: Readonly<Record<Payload['event'], string>> = {
  opened: '🔴',
  recovered: '🟢',
  unresolved: '🟠',
  test: '🔔',
};

/** A text, and the same as blocks where they are understood. */
interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly object[];
}

/** The form of a Slack incoming webhook. */
export function slack({ url }: SlackOptions): Channel {
  return {
    name: `slack ${new URL(url).host}`,
    send: async (payload, signal) =>
      post(
        { url, body: JSON.stringify(slackMessage(payload)), timeoutMs: DEFAULT_TIMEOUT_MS, headers: {} },
        signal,
      ),
  };
}

export function slackMessage({ event, text, count, sender, incident }: Payload): SlackMessage {
  const { cause, summary, facts, steps, worker, id } = incident;
  const title = `${MARKS[event]} ${sender.script}: ${cause}, ${event}${count === 1 ? '' : ` (${count} times)`}`;
  const told = [
    summary,
    ...facts.filter((fact) => !summary.startsWith(fact)).map((fact) => `• ${fact}`),
    ...(event === 'opened' ? [] : steps.slice(1).map(({ what }) => `→ ${what}`)),
  ];
  return {
    text: escape(cut(`${MARKS[event]} ${text}`, MOST_IN_TEXT)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, MOST_IN_HEADER), emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: cut(escape(told.join('\n')), MOST_IN_TEXT) } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: escape(
              `${sender.host}, pid ${sender.pid}, worker ${worker.id} in slot ${worker.slot}, ${id}`,
            ),
          },
        ],
      },
    ],
  };
}

/** The three characters that mean something to Slack. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
