// What Respite is compared with when workers die: node:cluster, whose primary starts a new worker for each that dies.
import cluster from 'node:cluster';

if (cluster.isPrimary) {
  const fork = () => console.log(`worker ${cluster.fork().process.pid}`);
  cluster.on('exit', (worker) => {
    console.log(`ended ${worker.process.pid}`);
    fork();
  });
  fork();
  fork();
} else {
  await import('./hello.mjs');
}
