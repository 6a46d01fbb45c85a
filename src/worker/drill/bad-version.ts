// The version that the drill `bad-deploy` deploys.
throw new Error('respite drill: a version that does not start');
