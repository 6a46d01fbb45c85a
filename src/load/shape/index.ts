export { formatShape } from './format.ts';
export { assertFilled } from './played.ts';
