// Reads HTTP/1 responses from one end of a connection in memory, in the order in which they come.
import type { Duplex } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Whether a response has a body depends on its request: none to HEAD, nor when the connection leaves HTTP. */
export type Kind = 'plain' | 'HEAD' | 'switch';

export class Answers {
  #text = '';
  #ended = false;

  /** The connection's end was seen, in order or by an error. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What came after the responses that were taken. */
  get received(): string {
    return this.#text;
  }

  constructor(connection: Duplex) {
    const end = (): void => {
      this.#ended = true;
    };
    connection.setEncoding('latin1').on('data', (text: string) => (this.#text += text));
    connection.on('end', end).on('close', end);
    // As ordinary clients do, it closes when the server has.
    connection.on('end', () => connection.end());
  }

  /** Takes the next complete response to a request of this kind; undefined until it is there. */
  take(kind: Kind): Answer | undefined {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [first = '', ...lines] = this.#text.slice(0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1]);
    const rest = this.#text.slice(end + 4);
    const hasSwitched = kind === 'switch' && (status === 101 || (status >= 200 && status < 300));
    const taken = kind === 'HEAD' || hasSwitched ? { body: '', rest } : this.#content(rest, headers);
    if (taken === undefined) return undefined;
    this.#text = taken.rest;
    return { status, headers, body: taken.body };
  }

  #content(
    rest: string,
    headers: ReadonlyMap<string, string>,
  ): { readonly body: string; readonly rest: string } | undefined {
    const length = headers.get('content-length');
    if (length !== undefined) {
      const bytes = Number(length);
      return rest.length < bytes ? undefined : { body: rest.slice(0, bytes), rest: rest.slice(bytes) };
    }
    if (headers.get('transfer-encoding') === 'chunked') {
      const whole = /^((?:(?!0\r\n)[0-9a-f]+\r\n[^]*?\r\n)*)0\r\n\r\n/.exec(rest);
      if (whole === null) return undefined;
      const body = (whole[1] ?? '').replaceAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g, '$1');
      return { body, rest: rest.slice(whole[0].length) };
    }
    return this.#ended ? { body: rest, rest: '' } : undefined;
  }
}
