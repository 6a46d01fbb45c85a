/** The backlog of each `listen()` in a worker whose server is tuned. */
export const BACKLOG_VARIABLE = 'RESPITE_TUNE_BACKLOG';
