import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { type Lines, showAddress, talkTo } from './connection.ts';

/** How to greet. */
export interface SmtpOptions extends PeerOptions {
  /** Default 25. */
  readonly port?: number | undefined;
  /** What we say we are. Default `localhost`. */
  readonly clientName?: string | undefined;
}

/** Would a mail server take mail? Waits for its greeting, says EHLO and QUIT (RFC 5321). Not for implicit TLS, port 465. */
export function smtp(
  host: string,
  { port = 25, clientName = 'localhost', peer }: SmtpOptions = {},
): HealthCheck {
  const address = { host, port };
  return {
    peer: peer ?? showAddress(address),
    local: false,
    run: async (signal) =>
      talkTo(address, signal, async (lines): Promise<Finding> => {
        const banner = await reply(lines, 220);
        lines.write(`EHLO ${clientName}`);
        await reply(lines, 250);
        lines.write('QUIT');
        // Some only close.
        await reply(lines, 221).catch(() => '');
        return { details: { banner } };
      }),
  };
}

/** Text of the last line; 421 "too busy" and the like are errors with what the server said. */
async function reply(lines: Lines, expected: number): Promise<string> {
  for (;;) {
    const line = await lines.read();
    const [, code, more, text] = /^(\d{3})([ -]?)(.*)$/.exec(line) ?? [];
    if (Number(code) !== expected)
      throw new Error(`expected ${expected}, got ${JSON.stringify(line.slice(0, 200))}`);
    if (more !== '-') return text ?? '';
  }
}
