import { createServer, type Server, type Socket } from 'node:net';
import { lines } from './lines.ts';
import { MAIL_BYTES, MAILS, mailsOf } from './mails.ts';
import { type Send, type WriterName, WRITERS } from './writers.ts';

/**
 * A mailbox as a session over TCP. Commands are lines: `FETCH <user>` is answered with `+OK <mails> <bytes each>` and all mails of
 * the user, `NOOP` with `+OK`; each of these is a message of its own. One answer after the other, however many commands have come.
 */
export function createMailboxServer(writer: WriterName): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const send = WRITERS[writer](socket);
    const commands = lines(socket);
    // A client that breaks off is the everyday of a server.
    socket.on('error', () => {});
    void serve(commands, send, socket);
  });
}

async function serve(commands: AsyncIterable<string>, send: Send, socket: Socket): Promise<void> {
  const mailboxes = new Map<string, readonly Buffer[]>();
  for await (const command of commands) {
    const [name, user = ''] = command.split(' ');
    if (name === 'NOOP') await send(Buffer.from('+OK'));
    else if (name === 'FETCH' && user !== '') {
      const mails = mailboxes.get(user) ?? mailsOf(user);
      mailboxes.set(user, mails);
      await send(Buffer.from(`+OK ${MAILS} ${MAIL_BYTES}`));
      for (const mail of mails) if (!(await send(mail))) return;
    } else await send(Buffer.from('-ERR FETCH <user> or NOOP'));
  }
  socket.end();
}
