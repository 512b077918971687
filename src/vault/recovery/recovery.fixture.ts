import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../backup/backup.ts';
import type { Repository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import { newVault, removeScratch, scratch } from '../vault.fixture.ts';
import { openSnapshot, type OpenSnapshot } from './open-snapshot.ts';
import { ContentReader } from './same-content.ts';

/** A vault, a source to fill, and snapshots of it to look into. */
export class RecoveryFixture {
  readonly folder: string;
  readonly source: string;
  readonly repository: Repository;

  private constructor(folder: string, repository: Repository) {
    this.folder = folder;
    this.source = join(folder, 'source');
    this.repository = repository;
  }

  static async make(): Promise<RecoveryFixture> {
    const folder = scratch();
    mkdirSync(join(folder, 'source'));
    return new RecoveryFixture(folder, (await newVault(folder)).repository);
  }

  /** Backs the source up and answers the id of the snapshot. */
  async backup(name = 'source', path = this.source): Promise<string> {
    const source = new FolderSource(path, name);
    return (await backup({ repository: this.repository, source, threads: 0 })).snapshotId;
  }

  async open(id: string): Promise<OpenSnapshot> {
    return await openSnapshot(this.repository, this.repository.keyRing(), id);
  }

  async side(id: string) {
    const ring = this.repository.keyRing();
    const snapshot = await openSnapshot(this.repository, ring, id);
    return { snapshot, content: new ContentReader(this.repository, ring, snapshot) };
  }

  remove(): void {
    this.repository.close();
    removeScratch(this.folder);
  }
}
