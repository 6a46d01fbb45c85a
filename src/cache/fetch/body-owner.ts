// fetch cancels the body of a response once no caller holds the response, also when a caller holds the body. Here only bodies are
// passed on; so the holder of a body from fetch must hold the response that it came with.

/** As long as a body is on its way through the cache. */
const ofBodies = new WeakMap<object, Response>();

/** As long as the user has the response that was made of it: then fetch may clean up as it always does. */
const ofResponses = new WeakMap<Response, Response>();

/** Keeps a response from fetch for as long as its body. */
export function keepOwner(response: Response): void {
  if (response.body !== null) ofBodies.set(response.body, response);
}

/** The body has become that of another response. */
export function passOwnerOn(body: object | null, response: Response): Response {
  const owner = body === null ? undefined : ofBodies.get(body);
  if (body === null || owner === undefined) return response;
  ofBodies.delete(body);
  ofResponses.set(response, owner);
  return response;
}
