export type { ManagementOptions } from './options.ts';
export { type Management, startManagement } from './server.ts';
