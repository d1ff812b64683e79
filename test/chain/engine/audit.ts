/** Whether a store holds one consistent chain, found out without the code that wrote it. */
import assert from 'node:assert/strict'

import { createMPT } from '@ethereumjs/mpt'

import { encodeRlp, equal, hex, silent, toBigInt } from '#base'
import { keccak256 } from '#crypto'
import { openMemory, type Reader } from '#storage'

import { headerHash } from '../../../chain/block/header.ts'
import { height, keys } from '../../../chain/block/layout.ts'
import { findTransaction, numberOf, readBlock } from '../../../chain/block/sealed.ts'
import { Engine } from '../../../chain/engine/engine.ts'
import type { Commit } from '../../../chain/pars/commit.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import type { BlockView } from '../../../chain/port.ts'
import { decodeRecord, emptyCodeHash, encodeLeaf } from '../../../chain/state/account.ts'
import { statePrefixes } from '../../../chain/state/layout.ts'

/** Every block from 0 to head. */
export function blocksOf(reader: Reader): BlockView[] {
  const head = reader.get(keys.meta('head'))
  assert.ok(head, 'a head')
  return Array.from({ length: Number(height.decode(head)) + 1 }, (_, number) => {
    const block = readBlock(reader, BigInt(number))
    assert.ok(block, `block ${number}`)
    return block
  })
}

/** Throws unless blocks, indexes, and state belong together. */
export async function audit(reader: Reader): Promise<void> {
  const blocks = blocksOf(reader)
  for (const [number, { header, hash, transactions }] of blocks.entries()) {
    assert.equal(header.number, BigInt(number))
    assert.deepEqual(headerHash(header), hash)
    assert.equal(numberOf(reader, hash), header.number)
    if (number > 0) assert.deepEqual(header.parentHash, blocks[number - 1]!.hash)
    for (const { hash: id, wire, index } of transactions) {
      const place = { number: header.number, index }
      assert.deepEqual(findTransaction(reader, id), place)
      assert.deepEqual(findTransaction(reader, keccak256(wire)), place)
    }
  }
  const above = readBlock(reader, BigInt(blocks.length))
  assert.equal(above, undefined, 'no block above head')
  const root = await stateRoot(reader)
  assert.equal(hex(root), hex(blocks.at(-1)!.header.stateRoot), 'the root of the flat entries')
  const top = reader.get(Uint8Array.of(statePrefixes.accountNode, 0))
  assert.ok(top && equal(keccak256(top), root), 'the root of the stored trie')
}

/** The root of the flat accounts and slots, by another implementation of the trie. */
async function stateRoot(reader: Reader): Promise<Uint8Array> {
  const accounts = await createMPT({ useKeyHashing: true })
  for await (const [key, value] of entriesOf(reader, statePrefixes.account)) {
    const address = key.subarray(1)
    const record = decodeRecord(value)
    const slots = await createMPT({ useKeyHashing: true })
    for await (const [slot, word] of entriesOf(reader, statePrefixes.slot, address)) {
      await slots.put(slot.slice(21), encodeRlp(word))
    }
    assert.equal(hex(slots.root()), hex(record.storageRoot), `storage of ${hex(address)}`)
    if (!equal(record.codeHash, emptyCodeHash)) {
      const code = reader.get(Uint8Array.of(statePrefixes.code, ...record.codeHash))
      assert.ok(code && equal(keccak256(code), record.codeHash), `code of ${hex(address)}`)
    }
    await accounts.put(address.slice(), encodeLeaf(record))
  }
  return accounts.root()
}

function entriesOf(reader: Reader, prefix: number, owner: Uint8Array = new Uint8Array(0)) {
  const gte = Uint8Array.of(prefix, ...owner)
  return reader.entries({ gte, lt: Uint8Array.of(...gte, ...new Uint8Array(33).fill(0xff)) })
}

/** The commits that `blocks` came from, without what they skipped. */
function commitsOf(blocks: readonly BlockView[]): Commit[] {
  const commits: (Commit & { readonly wires: Uint8Array[] })[] = []
  for (const { header, transactions } of blocks.slice(1)) {
    const digest = header.parentBeaconBlockRoot!
    let commit = commits.at(-1)
    if (commit === undefined || !equal(commit.digest, digest)) {
      const wires: Uint8Array[] = []
      const place = header.extraData
      commit = {
        epoch: toBigInt(place.subarray(0, 8)),
        index: toBigInt(place.subarray(8, 16)),
        digest,
        timestamp: header.timestamp,
        bodies: [{ wires }],
        verified: [],
        wires,
      }
      commits.push(commit)
    }
    commit.wires.push(...transactions.map(({ wire }) => wire))
  }
  return commits
}

/** Executes what `blocks` hold once more, from the genesis on: every hash must come out again. */
export async function replay(blocks: readonly BlockView[], profile: ParsProfile): Promise<void> {
  const store = openMemory()
  const engine = await Engine.open({ store, profile, archive: true, log: silent })
  const hashes = [engine.head.hash]
  for (const commit of commitsOf(blocks)) {
    const { blocks: sealed } = await engine.execute(commit)
    hashes.push(...sealed.map(({ hash }) => hash))
  }
  assert.deepEqual(
    hashes.map(hex),
    blocks.map(({ hash }) => hex(hash)),
  )
  await engine.close()
}
