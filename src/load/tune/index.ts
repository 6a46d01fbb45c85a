export { type Part, PARTS, type TuneReport } from './findings.ts';
export { renderPage } from './report/page.ts';
export { renderTerminal } from './report/terminal.ts';
export { pinGenerator } from './server/cores.ts';
export { RespiteTarget } from './server/respite-target.ts';
export { MAX_TUNE_MS, tune } from './tune.ts';
