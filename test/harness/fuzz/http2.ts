// Makes up what a client sends on one HTTP/2 connection: mostly frames that are right, some that are nearly so. Blocks of
// headers are always whole and valid: Node.js itself can abort when a session ends with half of one, or one that nghttp2
// has rejected (`current_nghttp2_memory_ == 0`, nodejs/node#39951), with Respite and without.
import type { Dice } from './dice.ts';
import { FLAG, frame, headerBlock, number32, PREFACE, SETTING, settings, TYPE } from './frames.ts';

const METHODS = ['GET', 'GET', 'HEAD', 'HEAD', 'POST', 'POST', 'OPTIONS', 'CONNECT'] as const;
const PATHS = ['/', '/slow', '/slow', '/read', '/begin', '/health'] as const;
/** NO_ERROR to HTTP_1_1_REQUIRED (RFC 9113, section 7), and one without a meaning. */
const ERROR_CODES = 15;

class Conversation {
  readonly #dice: Dice;
  readonly #open: number[] = [];
  #next = 1;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  begin(): Buffer {
    const dice = this.#dice;
    return settings({
      [SETTING.initialWindowSize]: dice.pick([0, 1, 100, 65_535, 65_535, 1_000_000]),
      ...(dice.chance(0.2) ? { [SETTING.headerTableSize]: dice.below(10_000) } : {}),
      ...(dice.chance(0.1) ? { [SETTING.maxFrameSize]: 16_384 + dice.below(10_000) } : {}),
    });
  }

  /** One frame, or some that belong together. */
  next(): Buffer {
    const dice = this.#dice;
    if (this.#open.length === 0 || dice.chance(0.3)) return this.#headers();
    switch (dice.below(12)) {
      case 0:
      case 1:
      case 2:
        return this.#data();
      case 3:
      case 4:
      case 5:
        return frame(TYPE.rstStream, 0, this.#close(), number32(dice.below(ERROR_CODES)));
      case 6:
        return frame(TYPE.windowUpdate, 0, this.#stream(), number32(dice.pick([1, 100, 65_535, 2 ** 30])));
      case 7:
        return dice.chance(0.3) ? frame(TYPE.settings, FLAG.ack, 0) : this.begin();
      case 8:
        return frame(TYPE.priority, 0, this.#stream(), Buffer.from([0, 0, 0, 0, dice.below(256)]));
      case 9:
        return frame(TYPE.ping, dice.below(2), 0, Buffer.alloc(8, dice.below(256)));
      case 10:
        return this.#trailers();
      default:
        return this.#rare();
    }
  }

  #headers(): Buffer {
    const dice = this.#dice;
    const stream = this.#next;
    this.#next += 2;
    const method = dice.pick(METHODS);
    const isUpload = method === 'POST' || method === 'CONNECT';
    const fields: [string, string][] = [[':method', method]];
    if (method !== 'CONNECT') fields.push([':scheme', 'http'], [':path', dice.pick(PATHS)]);
    fields.push([':authority', 'x']);
    if (isUpload && dice.chance(0.3))
      fields.push(['content-length', String(dice.pick([0, 5, 1000, 100_000]))]);
    if (dice.chance(0.1)) fields.push(['expect', '100-continue']);
    if (dice.chance(0.1)) fields.push(['content-type', 'application/grpc'], ['te', 'trailers']);
    if (dice.chance(0.05)) fields.push(['x-long', 'h'.repeat(dice.below(9000))]);
    const block = headerBlock(fields);
    if (isUpload) this.#open.push(stream);
    // Streams that are closed for the client are still reset and updated by it.
    else if (dice.chance(0.7)) this.#open.push(stream);
    const end = isUpload ? 0 : FLAG.endStream;
    if (dice.chance(0.85)) return frame(TYPE.headers, end | FLAG.endHeaders, stream, block);
    const cut = dice.below(block.length);
    return Buffer.concat([
      frame(TYPE.headers, end, stream, block.subarray(0, cut)),
      frame(TYPE.continuation, FLAG.endHeaders, stream, block.subarray(cut)),
    ]);
  }

  #data(): Buffer {
    const dice = this.#dice;
    const end = dice.chance(0.3) ? FLAG.endStream : 0;
    const bytes = Buffer.alloc(dice.pick([0, 1, 5, 1000, 16_384]), 'd');
    if (dice.chance(0.8)) return frame(TYPE.data, end, this.#stream(), bytes);
    return frame(
      TYPE.data,
      end | FLAG.padded,
      this.#stream(),
      Buffer.concat([Buffer.from([3]), bytes, Buffer.alloc(3)]),
    );
  }

  #trailers(): Buffer {
    return frame(
      TYPE.headers,
      FLAG.endStream | FLAG.endHeaders,
      this.#stream(),
      headerBlock([['x-trailer', 't']]),
    );
  }

  #rare(): Buffer {
    const dice = this.#dice;
    switch (dice.below(5)) {
      case 0:
        return frame(TYPE.goaway, 0, 0, Buffer.concat([number32(0), number32(dice.below(ERROR_CODES))]));
      case 1:
        return frame(TYPE.continuation, FLAG.endHeaders, this.#stream(), headerBlock([['x', 'y']]));
      case 2:
        return frame(TYPE.windowUpdate, 0, 0, number32(dice.pick([0, 1, 2 ** 31 - 1])));
      case 3:
        return frame(10 + dice.below(200), dice.below(256), this.#stream(), Buffer.alloc(dice.below(50)));
      default:
        return frame(TYPE.data, FLAG.endStream, dice.pick([0, 2, this.#next + 10]), Buffer.from('x'));
    }
  }

  #stream(): number {
    return this.#open[this.#dice.below(this.#open.length)] ?? 1;
  }

  #close(): number {
    const [stream = 1] = this.#open.splice(this.#dice.below(this.#open.length), 1);
    return stream;
  }
}

/** The packets of one connection. */
export function http2Packets(dice: Dice): readonly Buffer[] {
  const conversation = new Conversation(dice);
  const packets: Buffer[] = [Buffer.concat([PREFACE, conversation.begin()])];
  // Most errors end the session, so only some connections have any.
  const wrong = dice.chance(0.3) ? 0.1 : 0;
  for (let frames = 1 + dice.below(40); frames > 0; frames -= 1) {
    let bytes = conversation.next();
    const isHeaders = bytes[3] === TYPE.headers || bytes[3] === TYPE.continuation;
    if (!isHeaders && dice.chance(wrong)) bytes = dice.mutate(bytes);
    const last = packets.at(-1);
    if (last !== undefined && dice.chance(0.5)) packets[packets.length - 1] = Buffer.concat([last, bytes]);
    else packets.push(bytes);
  }
  return packets;
}
