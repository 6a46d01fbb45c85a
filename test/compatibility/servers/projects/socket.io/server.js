const { createServer } = require('node:http');
const { Server } = require('socket.io');

const server = createServer((req, res) => res.end('beside socket.io'));
new Server(server).on('connection', (socket) => {
  socket.on('echo', (text, answer) => answer(text));
});
server.listen(process.env.PORT);
