/** Whether a store holds one consistent chain. */
import { equal, Fault, hex } from '#base'
import { keccak256 } from '#crypto'
import { openMemory, type Reader, type Store } from '#storage'

import { genesisBlock } from '../block/ledger.ts'
import {
  findTransaction,
  numberOf,
  readBlock,
  readHeader,
  readHeadNumber,
} from '../block/sealed.ts'
import type { ParsProfile } from '../pars/profile.ts'
import type { BlockView, Head } from '../port.ts'
import { codeKey, emptyCodeHash } from '../state/index.ts'
import { blockWrong, checkBlock } from './check-block.ts'
import { flatAccounts, flatSlots } from './flat.ts'
import { Rebuild } from './rebuild.ts'

interface VerifyInit {
  readonly reader: Reader
  readonly profile: ParsProfile
  /** An empty store that may be thrown away afterwards. */
  readonly scratch: Store
}

/**
 * Every block: its roots, its parent, its receipts and the indexes that lead to it. Gives the number of
 * each that is right. Throws `CHAIN_BLOCK_WRONG`.
 */
export async function* verifyBlocks({
  reader,
  profile,
}: Omit<VerifyInit, 'scratch'>): AsyncGenerator<bigint> {
  const head = readHeadNumber(reader)
  const { block: genesis } = await genesisBlock(openMemory(), profile)
  let parent: Head = genesis
  const first = readHeader(reader, 0n)
  if (first === undefined || !equal(first.hash, genesis.hash)) throw blockWrong(0n, 'hash')
  yield 0n
  for (let number = 1n; number <= head; number++) {
    const block = readBlock(reader, number)
    if (block === undefined) throw blockWrong(number, 'missing')
    const envelopes = block.transactions.map(({ wire }) => profile.decode(wire))
    const receipts = block.transactions.map(({ receipt }) => receipt)
    checkBlock({ ...block, envelopes, receipts }, parent, profile)
    checkIndexes(reader, block)
    parent = { header: block.header, hash: block.hash }
    yield number
  }
  if (readHeader(reader, head + 1n) !== undefined) throw blockWrong(head + 1n, 'above the head')
}

function checkIndexes(reader: Reader, { header, hash, transactions }: BlockView): void {
  const { number } = header
  if (numberOf(reader, hash) !== number) throw blockWrong(number, 'index of its hash')
  for (const { hash: id, wire, index } of transactions) {
    for (const name of [id, keccak256(wire)]) {
      const place = findTransaction(reader, name)
      if (place?.number === number && place.index === index) continue
      throw blockWrong(number, `index of transaction ${index}`)
    }
  }
}

/**
 * The state of head, from its accounts and slots alone. Gives how many were taken, now and then.
 * Throws `CHAIN_STATE_WRONG`.
 */
export async function* verifyState({ reader, scratch }: VerifyInit): AsyncGenerator<number> {
  const number = readHeadNumber(reader)
  const rebuild = new Rebuild(scratch, number)
  let count = 0
  for await (const account of flatAccounts(reader)) {
    const { address, codeHash } = account
    const code = reader.get(codeKey(codeHash))
    const isThere = code !== undefined && equal(keccak256(code), codeHash)
    if (!equal(codeHash, emptyCodeHash) && !isThere) throw stateWrong(`code of ${hex(address)}`)
    await rebuild.account(account)
    if (++count % 1024 === 0) yield count
  }
  for await (const { address, slot, value } of flatSlots(reader)) {
    await rebuild.slot(address, slot, value)
    if (++count % 1024 === 0) yield count
  }
  const expected = readHeader(reader, number)?.header.stateRoot
  const root = await rebuild.finish()
  if (expected === undefined || !equal(root, expected)) throw stateWrong('root')
  yield count
}

function stateWrong(what: string): Fault {
  return new Fault(
    { code: 'CHAIN_STATE_WRONG', what },
    'the store is damaged: import a copy of another node into an empty folder',
  )
}
