export { FallbackResponder } from './fallback-responder.ts';
