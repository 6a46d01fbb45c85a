import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { type Lines, showAddress, talkTo, type TlsOptions } from './connection.ts';

/** How to greet. */
export interface SmtpOptions extends PeerOptions, TlsOptions {
  /** Default 25, or 465 with `tls: 'implicit'`. */
  readonly port?: number | undefined;
  /** `implicit`: encrypted from the start, as on port 465. `starttls`: the server must offer it. Default: clear text. */
  readonly tls?: 'implicit' | 'starttls' | undefined;
  /** What we say we are. Default `localhost`. */
  readonly clientName?: string | undefined;
}

/**
 * Checks that a mail server would take mail. Waits for its greeting, says EHLO and QUIT (RFC 5321), encrypted if that is asked for (RFC 3207, 8314).
 *
 * @example
 * ```ts
 * import { health, smtp } from 'respite/health';
 *
 * health.add('mail', { check: smtp('mail.example', { port: 587, tls: 'starttls' }) });
 * ```
 */
export function smtp(host: string, options: SmtpOptions = {}): HealthCheck {
  const { tls, clientName = 'localhost', peer } = options;
  const { port = tls === 'implicit' ? 465 : 25 } = options;
  const address = { host, port };
  return {
    peer: peer ?? showAddress(address),
    local: false,
    run: async (signal) =>
      talkTo(
        address,
        signal,
        async ({ lines, secure }): Promise<Finding> => {
          let current = lines;
          const banner = await reply(current, 220);
          const greet = async (): Promise<void> => {
            current.write(`EHLO ${clientName}`);
            await reply(current, 250);
          };
          await greet();
          if (tls === 'starttls') {
            current.write('STARTTLS');
            await reply(current, 220);
            current = await secure(options);
            await greet();
          }
          current.write('QUIT');
          // Some only close.
          await reply(current, 221).catch(() => '');
          return { details: { banner } };
        },
        tls === 'implicit' ? options : undefined,
      ),
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
