// The guide:
import { defineConfig } from 'respite/config';

export default defineConfig({
  backpressure: { limitBytes: 128 * 1024 * 1024 },
});
