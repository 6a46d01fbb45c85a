// Loaded after the preload (node --import) when the supervisor holds sockets already: the user's script runs when their
// copies have arrived, so that its `listen()` finds them at once.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { socketsArrived } = await import('./start.ts');
  const { presentMainModule } = await import('./main-module.ts');
  await socketsArrived();
  presentMainModule();
}
