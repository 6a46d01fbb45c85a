// Server-sent events by fetch: the browser's own EventSource can't send a token.

export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

/** Takes a stream of events apart, as far as ours goes: HTML, section 9.2. Pure. */
export class EventParser {
  lastId = '';
  #rest = '';
  #type = '';
  #data: string[] = [];
  /** Of the event that is being read. */
  #id: string | undefined;

  push(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  /** After a break: half of an event is none. */
  reset(): void {
    this.#rest = this.#type = '';
    this.#data = [];
    this.#id = undefined;
  }

  #take(line: string): ServerEvent[] {
    if (line === '') {
      const event = { type: this.#type || 'message', data: this.#data.join('\n') };
      const isEmpty = this.#data.length === 0;
      this.#type = '';
      this.#data = [];
      // Only now: an id that came without the rest of its event must not be taken as seen.
      if (this.#id !== undefined) this.lastId = this.#id;
      this.#id = undefined;
      return isEmpty ? [] : [event];
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') this.#type = value;
    if (field === 'data') this.#data.push(value);
    if (field === 'id') this.#id = value;
    return [];
  }
}

export type Link = 'open' | 'broken';

/** Longer without a word is a broken connection: something comes every second. */
const SILENT_MS = 8000;
const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 10_000;

/** Reads forever, from where it was after a break. Returns what begins anew at once, with the headers of then. */
export function follow(
  path: string,
  headers: () => Record<string, string>,
  onEvent: (event: ServerEvent) => void,
  onLink: (link: Link) => void,
): () => void {
  const parser = new EventParser();
  let current = new AbortController();
  let isWanted = false;
  let retryMs = FIRST_RETRY_MS;

  const read = async (): Promise<void> => {
    current = new AbortController();
    parser.reset();
    let silence = setTimeout(() => current.abort(), SILENT_MS);
    try {
      const id = parser.lastId;
      const given = id === '' ? {} : { 'Last-Event-ID': id };
      const response = await fetch(path, {
        headers: { ...headers(), ...given, Accept: 'text/event-stream' },
        cache: 'no-store',
        signal: current.signal,
      });
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      onLink('open');
      retryMs = FIRST_RETRY_MS;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(() => current.abort(), SILENT_MS);
        for (const event of parser.push(value)) onEvent(event);
      }
    } finally {
      clearTimeout(silence);
    }
  };

  const run = async (): Promise<never> => {
    for (;;) {
      await read().catch(() => {});
      if (isWanted) {
        isWanted = false;
        continue;
      }
      onLink('broken');
      await new Promise((resolve) => {
        setTimeout(resolve, retryMs);
      });
      retryMs = Math.min(MOST_RETRY_MS, retryMs * 2);
    }
  };
  void run();
  return () => {
    isWanted = true;
    current.abort();
  };
}
