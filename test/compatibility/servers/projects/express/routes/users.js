const express = require('express');

const router = express.Router();
router.get('/', (req, res) => res.json(Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}` }))));
router.post('/', (req, res) => res.status(201).json(req.body));

module.exports = router;
