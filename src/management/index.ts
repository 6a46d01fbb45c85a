export { startAgentCheck } from './agent-check/server.ts';
export type { ManagementOptions, ResolvedManagementOptions } from './options.ts';
export { type Management, startManagement } from './server.ts';
