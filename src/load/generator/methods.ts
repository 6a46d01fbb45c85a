/** Whether a request of this method is expected to have a body: without one it says `Content-Length: 0` (RFC 9110, section 8.6). */
export function methodHasBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}
