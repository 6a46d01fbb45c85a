// Answers as Responses.
import type { Answer } from '../engine/answer.ts';
import { headersOfAnswer } from './answer-headers.ts';
import { passOwnerOn } from './body-owner.ts';
import { CachedResponse } from './cached-response.ts';
import { NULL_BODY_STATUSES } from './decoding.ts';
import { StoredResponse } from './stored-response.ts';

export function toResponse(answered: Answer): Response {
  const { status, body } = answered;
  const hasBody = !NULL_BODY_STATUSES.has(status);
  if (hasBody && body instanceof Uint8Array) return new StoredResponse(body, answered);
  const content = hasBody && !(body instanceof Uint8Array) ? body : null;
  return passOwnerOn(content, new CachedResponse(content, headersOfAnswer(answered), answered));
}
