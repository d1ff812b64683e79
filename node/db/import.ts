/**
 * A data folder made from an export. Everything is put into `import/` of it first, which a node
 * refuses to run beside, and gets its place only when all of it was found right: a crash leaves a
 * folder that says so. No signing record comes in, and none is overwritten.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'

import { equal, Fault, hex, unhex } from '#base'
import { openImport } from '#chain'
import { firstEpoch, OrderImport, type OrderRecord, type Vouched } from '#consensus'
import { mlDsa } from '#crypto'
import { formatGenesis, type Genesis, genesisHash, parseGenesis } from '#genesis'
import { openLevel } from '#storage'

import { dagBuffers } from '../consensus/begin.ts'
import { importFolder, keepGenesis } from '../data-folder.ts'
import { type FileRecord, readRecords } from './export-file.ts'
import { genesisName, manifestName } from './export.ts'
import { type FolderInit, isThere } from './folder.ts'

export interface Imported {
  readonly networkId: string
  readonly head: bigint
  readonly headHash: string
  /** `nothing` also for a network that one node seals. */
  readonly vouched: Vouched
}

interface Manifest {
  readonly networkId: string
  readonly head: bigint
  readonly headHash: Uint8Array
}

/**
 * Throws `NODE_IMPORT_FOLDER` for a folder that holds a chain or an order, `NODE_IMPORT_NETWORK`,
 * `NODE_EXPORT_*`, and what says that the data are wrong.
 */
export async function importData(
  folder: FolderInit,
  file: string,
  options: {
    /** The network that it has to be of. */
    readonly network?: Genesis | undefined
    readonly progress: (bytes: number) => void
  },
): Promise<Imported> {
  const { data } = folder
  const finished = await finishMoves(data)
  if (finished !== undefined) return finished
  await checkFree(data)
  const place = importFolder(data)
  await rm(place, { recursive: true, force: true })
  const records = readRecords(file, options.progress)
  try {
    const manifest = manifestIn(await records.next())
    const genesis = genesisOf(await records.next(), manifest)
    checkNetwork(genesis, options.network)
    await mkdir(place, { recursive: true })
    await keepGenesis(data, formatGenesis(genesis))
    const vouched = await take(folder, { genesis, manifest, records })
    const { networkId, head, headHash } = manifest
    const imported = { networkId, head, headHash: hex(headHash), vouched }
    await markComplete(place, imported)
    await finishMoves(data)
    return imported
  } finally {
    await records.return(new Uint8Array(0))
  }
}

async function checkFree(data: string): Promise<void> {
  for (const name of ['chain', 'dag']) {
    if (!(await isThere(path.join(data, name)))) continue
    throw new Fault(
      { code: 'NODE_IMPORT_FOLDER', folder: data, found: name },
      'nothing is ever overwritten: name an empty folder, or move what is there away',
    )
  }
}

interface Taken {
  readonly genesis: Genesis
  readonly manifest: Manifest
  readonly records: AsyncGenerator<FileRecord, Uint8Array>
}

async function take(
  { data, plugins, project }: FolderInit,
  { genesis, manifest, records }: Taken,
): Promise<Vouched> {
  const place = importFolder(data)
  await using chain = await openImport({
    path: path.join(place, 'chain'),
    genesis: formatGenesis(genesis),
    modules: plugins,
    project: path.resolve(project),
    head: { number: manifest.head, hash: manifest.headHash },
  })
  const order: OrderRecord[] = []
  for await (const record of records) {
    const [name, bytes] = record
    if (!OrderImport.knows(name)) await chain.take(record)
    else if (bytes instanceof Uint8Array) order.push([name, bytes])
  }
  await chain.finish()
  if (order.length === 0) return { height: 0, by: 'nothing' }
  return await takeOrder(path.join(place, 'dag'), genesis, {
    order,
    hashOf: (height) => chain.hashOf(BigInt(height))?.toHex(),
  })
}

async function takeOrder(
  place: string,
  genesis: Genesis,
  given: {
    readonly order: readonly OrderRecord[]
    readonly hashOf: (height: number) => string | undefined
  },
): Promise<Vouched> {
  const store = await openLevel(place, dagBuffers)
  try {
    const under = new OrderImport({
      store,
      epoch: firstEpoch(genesis),
      hashOf: given.hashOf,
      verify: (...parameters) => mlDsa(0x65).verifyAsync(...parameters),
    })
    // oxlint-disable-next-line no-await-in-loop -- each follows the last
    for (const record of given.order) await under.take(record)
    return await under.finish()
  } finally {
    await store.close()
  }
}

/** All of it is right and on disk: from here on a crash loses nothing. */
async function markComplete(place: string, imported: Imported): Promise<void> {
  const content = JSON.stringify({ ...imported, head: imported.head.toString() })
  await using handle = await open(path.join(place, 'complete'), 'w')
  await handle.writeFile(content)
  await handle.sync()
}

/** Gives a complete import its place, also one that a crash kept from it; undefined without one. */
async function finishMoves(data: string): Promise<Imported | undefined> {
  const place = importFolder(data)
  const text = await readFile(path.join(place, 'complete'), 'utf8').catch(() => undefined)
  if (text === undefined || !text.endsWith('}')) return undefined
  for (const name of ['dag', 'chain']) {
    const from = path.join(place, name)
    if (await isThere(from)) await rename(from, path.join(data, name))
  }
  await rm(place, { recursive: true, force: true })
  const { head, ...facts } = JSON.parse(text) as Omit<Imported, 'head'> & { readonly head: string }
  return { ...facts, head: BigInt(head) }
}

function manifestIn(next: IteratorResult<FileRecord, unknown>): Manifest {
  const { networkId, head, headHash } = fieldsOf(textOf(next, manifestName))
  if (typeof networkId !== 'string' || typeof head !== 'string' || !/^\d{1,19}$/.test(head)) {
    throw notImportable('manifest')
  }
  if (typeof headHash !== 'string' || !/^0x[0-9a-f]{64}$/.test(headHash)) {
    throw notImportable('manifest')
  }
  return { networkId, head: BigInt(head), headHash: unhex(headHash) }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(text) as object) }
  } catch {
    throw notImportable('manifest')
  }
}

function genesisOf(next: IteratorResult<FileRecord, unknown>, { networkId }: Manifest): Genesis {
  const genesis = parseGenesis(textOf(next, genesisName))
  if (hex(genesisHash(genesis)) !== networkId) throw notImportable('genesis')
  return genesis
}

function textOf(next: IteratorResult<FileRecord, unknown>, expected: Uint8Array): string {
  if (next.done === true) throw notImportable('manifest')
  const [name, bytes] = next.value
  if (!equal(name, expected) || !(bytes instanceof Uint8Array)) throw notImportable('manifest')
  return new TextDecoder().decode(bytes)
}

function notImportable(what: string): Fault {
  return new Fault({ code: 'CHAIN_IMPORT', what }, 'the file is no export of this release')
}

function checkNetwork(genesis: Genesis, wanted: Genesis | undefined): void {
  if (wanted === undefined || equal(genesisHash(wanted), genesisHash(genesis))) return
  throw new Fault(
    {
      code: 'NODE_IMPORT_NETWORK',
      found: hex(genesisHash(genesis)),
      expected: hex(genesisHash(wanted)),
    },
    'the file is of another network: name another file or that genesis',
  )
}
