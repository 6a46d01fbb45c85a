// Before: pm2 start ecosystem.config.cjs
module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'server.mjs',
      instances: 2,
      wait_ready: true,
      listen_timeout: 10_000,
      kill_timeout: 10_000,
      max_memory_restart: '500M',
    },
  ],
};
