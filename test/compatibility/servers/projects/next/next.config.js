const path = require('node:path');

const workspace = path.join(__dirname, '../..');

module.exports = { outputFileTracingRoot: workspace, turbopack: { root: workspace } };
