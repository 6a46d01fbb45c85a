/** Names of the error codes, by their number (RFC 9113, section 7). */
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** With these a server sheds load: the request was not processed, or there are too many. */
const REFUSALS = new Set(['REFUSED_STREAM', 'ENHANCE_YOUR_CALM']);

/** What the code of a RST_STREAM frame says. */
export function nameOf(code: number): string {
  return NAMES[code] ?? `HTTP2_${code}`;
}

export function isRefusal(name: string): boolean {
  return REFUSALS.has(name);
}
