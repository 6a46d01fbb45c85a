import type { ProcessorReadings } from './costs.ts';
import { RunQueue } from './run-queue.ts';

/** What this process can use of the processor: its share where an instance has several workers. */
export function processorReadings(env: NodeJS.ProcessEnv = process.env): ProcessorReadings {
  const workers = Number(env['RESPITE_WORKERS']);
  const cores = process.getBuiltinModule('node:os').availableParallelism();
  const runQueue = new RunQueue();
  return {
    stretch: (nowMs) => runQueue.stretch(nowMs),
    cores: Number.isInteger(workers) && workers > 1 ? cores / workers : cores,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  };
}
