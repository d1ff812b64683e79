import { hex } from '#base'

import { type FolderInit, openChain, withScratch } from './folder.ts'

export interface Verified {
  readonly head: number
  readonly headHash: string
  /** Accounts and slots. */
  readonly items: number
  /** The first block that was executed again; null without. */
  readonly executedFrom: number | null
}

type Report = (stage: string, done: number, of?: number) => void

/** Throws what is wrong first: `CHAIN_BLOCK_WRONG`, `CHAIN_STATE_WRONG`; and as `openChain`. */
export async function verifyData(
  folder: FolderInit,
  from: bigint | undefined,
  report: Report,
): Promise<Verified> {
  const { chain } = await openChain(folder)
  await using _ = chain
  const head = Number(chain.head.header.number)
  for await (const number of chain.blocks()) report('blocks', Number(number), head)
  let items = 0
  await withScratch(folder.data, async (scratch) => {
    for await (const count of chain.state(scratch)) {
      items = count
      report('accounts and slots', count)
    }
  })
  const headHash = hex(chain.head.hash)
  if (from === undefined) return { head, headHash, items, executedFrom: null }
  const first = from === 0n ? 1n : from
  await withScratch(folder.data, async (scratch) => {
    for await (const number of chain.replay(first, scratch)) {
      report('executed', Number(number), head)
    }
  })
  return { head, headHash, items, executedFrom: Number(first) }
}
