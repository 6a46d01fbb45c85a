const path = require('node:path');
const express = require('express');
const compression = require('compression');
const users = require('./routes/users');

const app = express();
app.use(compression());
app.use(express.json());
app.use(express.urlencoded({ extended: false }));
app.use(express.static(path.join(__dirname, 'public')));
app.get('/', (req, res) => res.send('<h1>Express</h1>'));
app.use('/users', users);
app.use((req, res) => res.status(404).send('no such page'));

module.exports = app;
