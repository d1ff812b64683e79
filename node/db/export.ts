import path from 'node:path'

import { hex, utf8 } from '#base'
import { type ChainStore } from '#chain'
import { exportOrder } from '#consensus'
import { formatGenesis, type Genesis, genesisHash } from '#genesis'

import { withDag } from '../consensus/begin.ts'
import { clientVersion } from '../version.ts'
import { type FileRecord, writeRecords, type Written } from './export-file.ts'
import { type FolderInit, isThere, openChain } from './folder.ts'

/** What stands first in an export. */
export const manifestName = utf8('manifest')
export const genesisName = utf8('genesis')

export interface Exported extends Written {
  readonly networkId: string
  readonly head: bigint
  readonly headHash: string
  readonly hasOrder: boolean
}

/** Throws what `openChain` and `writeRecords` throw. */
export async function exportData(
  folder: FolderInit,
  file: string,
  progress: (bytes: number) => void,
): Promise<Exported> {
  const { genesis, chain } = await openChain(folder)
  await using _ = chain
  const hasOrder = await isThere(path.join(folder.data, 'dag'))
  const records = recordsOf(folder.data, { genesis, chain, hasOrder })
  const written = await writeRecords(file, records, progress)
  return {
    ...written,
    networkId: hex(genesisHash(genesis)),
    head: chain.head.header.number,
    headHash: hex(chain.head.hash),
    hasOrder,
  }
}

interface Parts {
  readonly genesis: Genesis
  readonly chain: ChainStore
  readonly hasOrder: boolean
}

async function* recordsOf(
  data: string,
  { genesis, chain, hasOrder }: Parts,
): AsyncGenerator<FileRecord> {
  const { header, hash } = chain.head
  const manifest = {
    client: clientVersion,
    networkId: hex(genesisHash(genesis)),
    head: header.number.toString(),
    headHash: hex(hash),
  }
  yield [manifestName, utf8(JSON.stringify(manifest))]
  yield [genesisName, utf8(formatGenesis(genesis))]
  yield* chain.export()
  if (!hasOrder) return
  const executed = Number(chain.lastCommit)
  // One that is read to its end before the store is closed: it is small.
  yield* await withDag(data, (store) => Array.fromAsync(exportOrder(store, 0, executed)))
}
