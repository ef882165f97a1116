// Brings src/platforms/<name>/inventory.json up to date with what vendors have published:
//
//   node script/refresh-inventory.ts [NAME...]
//
// Without a name, all that script/inventories has a file for. Every checksum is read anew, so that a
// run also proves the ones that are there; one that differs ends the run, since releases never change.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InventorySource } from './inventories/source.ts';

type Inventory = Readonly<Record<string, string>>;

const sources = join(import.meta.dirname, 'inventories');

async function allNames(): Promise<string[]> {
  const files = await readdir(sources);
  return files.filter((file) => file !== 'source.ts').map((file) => file.replace(/\.ts$/, ''));
}

async function refresh(name: string): Promise<void> {
  const path = join(import.meta.dirname, '../src/platforms', name, 'inventory.json');
  const source = ((await import(join(sources, `${name}.ts`))) as { default: InventorySource })
    .default;
  const known: Inventory = JSON.parse(await readFile(path, 'utf8'));
  const published = await source.published(
    process.env[`${name.toUpperCase()}_MIRROR`] || source.mirror,
  );
  refuseChanges(name, known, published);
  await writeFile(path, `${JSON.stringify(published, null, 2)}\n`);
  const added = Object.keys(published).filter((version) => known[version] === undefined);
  const count = Object.keys(published).length;
  process.stdout.write(`${name}: ${count} versions, new: ${added.join(', ') || 'none'}\n`);
}

function refuseChanges(name: string, known: Inventory, published: Inventory): void {
  for (const [version, checksum] of Object.entries(published)) {
    const before = known[version];
    if (before !== undefined && before !== checksum) {
      throw new Error(`${name} ${version} has checksum ${checksum}; the inventory has ${before}`);
    }
  }
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : await allNames()) await refresh(name);
