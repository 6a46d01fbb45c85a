// After: respite run --name shop server.mjs
import { defineConfig } from 'respite/config';

export default defineConfig({
  supervisor: {
    workers: 2, // instances
    ready: 'message', // wait_ready
    startTimeoutMs: 10_000, // listen_timeout
    drainTimeoutMs: 10_000, // kill_timeout
    // max_memory_restart: a leak is found before the memory is full
  },
});
