// Makes up what a client sends on one HTTP/1 connection: mostly requests that are right, some that are nearly so.
import type { Dice } from './dice.ts';

const METHODS = [
  'GET',
  'GET',
  'HEAD',
  'POST',
  'POST',
  'PUT',
  'OPTIONS',
  'DELETE',
  'CONNECT',
  'PROPFIND',
] as const;
const TARGETS = [
  '/',
  '/slow',
  '/read',
  '/begin',
  '/health',
  '*',
  '//',
  '/%zz',
  'http://x/slow',
  'x:1',
] as const;
const EXPECTATIONS = ['100-continue', '100-Continue', 'a-miracle', ''] as const;
const CONNECTIONS = ['keep-alive', 'close', 'Upgrade', 'keep-alive, Upgrade', 'Content-Length'] as const;
const WRONG_LENGTHS = [
  '-1',
  '1e3',
  '+5',
  '0x10',
  '5, 5',
  '5, 6',
  '99999999999999999999',
  ' ',
  '300000000',
] as const;
const EXTENSIONS = ['', '', ';a', ';a=b', ';a="b c"', `;${'x'.repeat(400)}`] as const;

function chunkedBody(dice: Dice): string {
  let body = '';
  for (let chunks = dice.below(6); chunks > 0; chunks -= 1) {
    const data = 'c'.repeat(dice.chance(0.3) ? 1 : 1 + dice.below(3000));
    const size = dice.chance(0.03) ? 'zz' : (data.length + (dice.chance(0.03) ? 1 : 0)).toString(16);
    body += `${size}${dice.pick(EXTENSIONS)}\r\n${data}\r\n`;
  }
  if (dice.chance(0.1)) return body; // never ends
  return `${body}0\r\n${dice.chance(0.2) ? 'X-Trailer: t\r\n' : ''}\r\n`;
}

function request(dice: Dice): string {
  const method = dice.pick(METHODS);
  let head = `${method} ${method === 'CONNECT' ? 'x:1' : dice.pick(TARGETS)} HTTP/1.${dice.chance(0.1) ? 0 : 1}\r\n`;
  if (dice.chance(0.99)) head += 'Host: x\r\n';
  if (dice.chance(0.3)) head += `Connection: ${dice.pick(CONNECTIONS)}\r\n`;
  if (dice.chance(0.15)) head += `Upgrade: ${dice.pick(['websocket', 'h2c', 'echo'])}\r\n`;
  if (dice.chance(0.15)) head += `Expect: ${dice.pick(EXPECTATIONS)}\r\n`;
  if (dice.chance(0.05)) head += `Respite-Deadline-Ms: ${dice.pick(['0', '1', '1000', 'x'])}\r\n`;
  if (dice.chance(0.05)) head += `X-Long: ${'h'.repeat(dice.below(20_000))}\r\n`;
  const isUpload = method === 'POST' || method === 'PUT' || dice.chance(0.1);
  if (!isUpload) return `${head}\r\n`;
  if (dice.chance(0.03)) return `${head}Content-Length: ${dice.pick(WRONG_LENGTHS)}\r\n\r\nabc`;
  if (dice.chance(0.5)) return `${head}Transfer-Encoding: chunked\r\n\r\n${chunkedBody(dice)}`;
  const bytes = dice.chance(0.1) ? 100_000 : dice.below(4000);
  const sent = dice.chance(0.1) ? dice.below(bytes + 1) : bytes;
  return `${head}Content-Length: ${bytes}\r\n\r\n${'b'.repeat(sent)}`;
}

/** The packets of one connection. */
export function http1Packets(dice: Dice): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let requests = 1 + dice.below(6); requests > 0; requests -= 1) {
    let bytes: Buffer = Buffer.from(request(dice), 'latin1');
    if (dice.chance(0.05)) bytes = dice.mutate(bytes);
    if (dice.chance(0.3)) {
      const cut = dice.below(bytes.length);
      packets.push(bytes.subarray(0, cut), bytes.subarray(cut));
    } else {
      packets.push(bytes);
    }
  }
  // In one packet the whole pipeline comes in one read.
  return dice.chance(0.4) ? [Buffer.concat(packets)] : packets;
}
