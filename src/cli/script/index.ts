export { resolveScript } from './script-file.ts';
export { resolveTarget } from './target.ts';
