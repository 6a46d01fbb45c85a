const path = require('node:path');

const workspace = path.join(__dirname, '../..');

module.exports = { output: 'standalone', outputFileTracingRoot: workspace, turbopack: { root: workspace } };
