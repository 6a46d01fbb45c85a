import type { Incident } from '../incident.ts';
import type { Log } from '../../log.ts';
import { thisAuthor } from './author.ts';
import {
  type EvidenceFile,
  INCIDENT_FILE,
  type StoredIncident,
  writeEvidence,
  writeIncident,
} from './folder.ts';
import { OneAtATime } from '../../../core/one-at-a-time.ts';
import type { Redact } from '../../../core/redact.ts';

export const REPORT_FILE = 'report.html';

const AUTHOR = thisAuthor();

interface DossierConfig {
  readonly directory: string;
  readonly log: Log;
  readonly redact: Redact;
  /** `report.html` as things stand. */
  readonly render: (incident: StoredIncident) => Promise<string>;
}

/** What is kept of one incident, while it lasts. Nothing here ever rejects: evidence must not be in the way of healing. */
export class Dossier {
  readonly #config: DossierConfig;
  #incident: Incident;
  readonly #evidence = new Map<string, EvidenceFile>();
  readonly #missing: string[] = [];
  #hasComplained = false;
  /** A large file that does not fit takes all the room until it is given up: a small one must not be written meanwhile. */
  readonly #turns = new OneAtATime();
  #saving: Promise<void> | undefined;
  #isDirty = false;

  constructor(incident: Incident, config: DossierConfig) {
    this.#incident = incident;
    this.#config = config;
  }

  get incident(): Incident {
    return this.#incident;
  }

  /** As it is written. */
  get stored(): StoredIncident {
    return {
      schema: 1,
      author: AUTHOR,
      ...this.#incident,
      evidence: [...this.#evidence.values()],
      missing: this.#missing.map(this.#config.redact),
    };
  }

  /** More of it is known. */
  update(incident: Incident): void {
    this.#incident = incident;
    this.save();
  }

  /** Writes a file. @param what What it is, and how to open it. */
  async keep(file: string, what: string, content: string): Promise<void> {
    try {
      await this.#turns.run(async () =>
        writeEvidence(this.#config.directory, this.#incident.id, file, content),
      );
      this.#evidence.set(file, { file, what, bytes: Buffer.byteLength(content) });
    } catch (error) {
      this.lack(`${file} (${what.split(':', 1)[0]}) could not be written: ${reasonOf(error)}`);
      this.#complain(file, error);
    }
  }

  /** Something can't be told, or can't be kept. */
  lack(sentence: string): void {
    if (!this.#missing.includes(sentence)) this.#missing.push(sentence);
  }

  /** Writes `incident.json` and the report soon. What changes meanwhile is written once more, not once for each change. */
  save(): void {
    this.#isDirty = true;
    this.#saving ??= this.#saveWhileDirty();
  }

  /** Resolves when everything is written, as far as it can be. */
  async saved(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
  }

  async #saveWhileDirty(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      // First what says most, in the least room.
      await this.#write();
      const before = this.#missing.length + this.#evidence.size;
      const text = await this.#config.render(this.stored).catch((error: unknown) => {
        this.lack(`${REPORT_FILE} could not be made: ${reasonOf(error)}`);
        return undefined;
      });
      if (text !== undefined)
        await this.keep(REPORT_FILE, 'this report: opens in any browser, without a network', text);
      if (this.#missing.length + this.#evidence.size !== before) await this.#write();
    }
    this.#saving = undefined;
  }

  async #write(): Promise<void> {
    try {
      await this.#turns.run(async () => writeIncident(this.#config.directory, this.stored));
    } catch (error) {
      this.lack(`${INCIDENT_FILE} could not be written: ${reasonOf(error)}`);
      this.#complain(INCIDENT_FILE, error);
    }
  }

  /** Once: a disk that is full is so for all files. */
  #complain(file: string, error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    const { directory, log } = this.#config;
    log.error(
      { incident: this.#incident.id, directory, file, err: error },
      `evidence of the incident can't be kept in ${directory}: ${reasonOf(error)}; healing goes on`,
    );
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
