import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export interface Attachment {
  readonly filename: string | undefined;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a list shows of a message, without opening its body. */
export interface MessageRow {
  readonly id: string;
  readonly messageId: string;
  readonly sender: string;
  readonly subject: string;
  readonly snippet: string;
  readonly sizeBytes: number;
  readonly receivedAtMs: number;
  readonly attachments: readonly Attachment[];
}

export interface NewMessage extends MessageRow {
  readonly user: string;
  readonly idempotencyKey: string;
  readonly searchText: string;
}

export interface Page {
  readonly messages: readonly MessageRow[];
  /** Hand it back as `before` for the next page; undefined on the last one. */
  readonly next: number | undefined;
}

export interface Change {
  readonly atMs: number;
  readonly revision: number;
}

/** The index of all mailboxes: everything but the bodies. */
export interface MessageIndex {
  find(user: string, id: string): MessageRow | undefined;
  findByKey(user: string, idempotencyKey: string): string | undefined;
  /** False when the mailbox already has a message with this idempotency key: then nothing has changed. */
  add(message: NewMessage): boolean;
  remove(user: string, id: string): boolean;
  list(user: string, before: number | undefined, limit: number): Page;
  /** When the mailbox last changed, and how often it has; undefined for one that never had a message. */
  changed(user: string): Change | undefined;
  search(user: string, query: string, limit: number): readonly MessageRow[];
  knows(id: string): boolean;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    snippet TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    attachments TEXT NOT NULL,
    UNIQUE (user, idempotency_key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user, seq);
  CREATE TABLE IF NOT EXISTS mailboxes (
    user TEXT PRIMARY KEY,
    changed_at_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE IF NOT EXISTS messages_text
    USING fts5 (mailbox, sender, subject, body, content='', contentless_delete=1);
`;

const COLUMNS = 'seq, id, message_id, sender, subject, snippet, size_bytes, received_at_ms, attachments';

export function openIndex(path: string): MessageIndex {
  // Several workers share the file: a writer that finds it locked waits for the other's commit, which is one fsync.
  const db = new DatabaseSync(path, { timeout: 5000 });
  // FULL, because in WAL mode NORMAL may lose the last commits when the power goes, and 201 has promised them.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec(SCHEMA);

  const byId = db.prepare(`SELECT ${COLUMNS} FROM messages WHERE id = ? AND user = ?`);
  const byKey = db.prepare('SELECT id FROM messages WHERE user = ? AND idempotency_key = ?');
  const anyById = db.prepare('SELECT 1 FROM messages WHERE id = ?');
  const page = db.prepare(
    `SELECT ${COLUMNS} FROM messages WHERE user = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  const matching = db.prepare(
    `SELECT ${COLUMNS} FROM messages
     WHERE seq IN (SELECT rowid FROM messages_text WHERE messages_text MATCH ? ORDER BY rowid DESC LIMIT ?) AND user = ?
     ORDER BY seq DESC`,
  );
  const insert = db.prepare(
    `INSERT INTO messages (id, user, idempotency_key, message_id, sender, subject, snippet, size_bytes,
       received_at_ms, attachments) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user, idempotency_key) DO NOTHING`,
  );
  const insertText = db.prepare(
    'INSERT INTO messages_text (rowid, mailbox, sender, subject, body) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM messages WHERE id = ? AND user = ? RETURNING seq');
  const removeText = db.prepare('DELETE FROM messages_text WHERE rowid = ?');

  const touch = db.prepare(
    `INSERT INTO mailboxes (user, changed_at_ms, revision) VALUES (?, ?, 1)
     ON CONFLICT (user) DO UPDATE SET changed_at_ms = excluded.changed_at_ms, revision = revision + 1`,
  );
  const change = db.prepare('SELECT changed_at_ms, revision FROM mailboxes WHERE user = ?');

  return {
    find: (user, id) => rows(byId, id, user)[0],
    findByKey: (user, key) => {
      const row = byKey.get(user, key);
      return row === undefined ? undefined : String(row['id']);
    },
    add: (message) =>
      transaction(db, () => {
        const { changes, lastInsertRowid } = insert.run(
          message.id,
          message.user,
          message.idempotencyKey,
          message.messageId,
          message.sender,
          message.subject,
          message.snippet,
          message.sizeBytes,
          message.receivedAtMs,
          JSON.stringify(message.attachments),
        );
        if (changes === 0) return false;
        insertText.run(
          lastInsertRowid,
          mailboxToken(message.user),
          message.sender,
          message.subject,
          message.searchText,
        );
        touch.run(message.user, Date.now());
        return true;
      }),
    remove: (user, id) =>
      transaction(db, () => {
        const row = remove.get(id, user);
        if (row === undefined) return false;
        removeText.run(Number(row['seq']));
        touch.run(user, Date.now());
        return true;
      }),
    list: (user, before, limit) => {
      const found = page.all(user, before ?? Number.MAX_SAFE_INTEGER, limit);
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        messages: found.map(toRow),
        next: last === undefined ? undefined : Number(last['seq']),
      };
    },
    changed: (user) => {
      const row = change.get(user);
      return row === undefined
        ? undefined
        : { atMs: Number(row['changed_at_ms']), revision: Number(row['revision']) };
    },
    search: (user, query, limit) => {
      const match = matchExpression(user, query);
      return match === undefined ? [] : rows(matching, match, limit, user);
    },
    knows: (id) => anyById.get(id) !== undefined,
    close: () => db.close(),
  };
}

function transaction<T>(db: DatabaseSync, work: () => T): T {
  // IMMEDIATE: a transaction that starts by reading and then writes can fail with SQLITE_BUSY without ever waiting.
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function rows(statement: StatementSync, ...parameters: (string | number)[]): MessageRow[] {
  return statement.all(...parameters).map(toRow);
}

function toRow(row: Record<string, SQLOutputValue>): MessageRow {
  return {
    id: String(row['id']),
    messageId: String(row['message_id']),
    sender: String(row['sender']),
    subject: String(row['subject']),
    snippet: String(row['snippet']),
    sizeBytes: Number(row['size_bytes']),
    receivedAtMs: Number(row['received_at_ms']),
    attachments: JSON.parse(String(row['attachments'])) as readonly Attachment[],
  };
}

/** One word whatever the name is made of, so that a search never looks at other people's mail. */
function mailboxToken(user: string): string {
  return `u${Buffer.from(user).toString('hex')}`;
}

/** Every word must occur. Quoted, because a bare word such as NEAR or a colon has a meaning to FTS5. */
function matchExpression(user: string, query: string): string | undefined {
  const words = query.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return undefined;
  const quoted = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ');
  return `mailbox : ${mailboxToken(user)} AND {sender subject body} : (${quoted})`;
}
