import { decodeRlp, equal, Fault, hex, type Rlp, toBigInt } from '#base'
import { keccak256, sha3_256 } from '#crypto'
import type { Change, Store } from '#storage'

import { headerFromRlp, headerHash } from '../block/header.ts'
import { put } from '../block/layout.ts'
import { genesisBlock, metaChanges, tailOf } from '../block/ledger.ts'
import { unpackReceipts } from '../block/receipt.ts'
import { blockChanges, readHeader } from '../block/sealed.ts'
import { outcomeOfHead } from '../engine/outcome.ts'
import type { ParsProfile } from '../pars/profile.ts'
import type { Head } from '../port.ts'
import { blobKey, codeKey, emptyCodeHash, publicKeyKey } from '../state/index.ts'
import { checkBlock } from './check-block.ts'
import { type ChainRecord, names } from './export.ts'
import { limits } from './limits.ts'
import { Rebuild } from './rebuild.ts'

export interface ImportInit {
  /** An empty one. */
  readonly store: Store
  readonly profile: ParsProfile
  /** Where the records say that the chain ends. */
  readonly head: { readonly number: bigint; readonly hash: Uint8Array }
}

/**
 * Takes the records of an export into an empty store, and believes none of them: each block has to
 * follow from the one before, the first from the genesis, and the state has to have the root that the
 * head names. The store is a chain only when `finish` has resolved.
 */
export class ChainImport {
  readonly #init: ImportInit
  readonly #rebuild: Rebuild
  #head: Head
  #changes: Change[] = []

  private constructor(init: ImportInit, genesis: Head) {
    this.#init = init
    this.#head = genesis
    this.#rebuild = new Rebuild(init.store, init.head.number)
  }

  static async begin(init: ImportInit): Promise<ChainImport> {
    const { block } = await genesisBlock(init.store, init.profile)
    const begun = new ChainImport(init, block)
    begun.#changes.push(...blockChanges(block))
    return begun
  }

  /** Hash of a block that is in the store; undefined where there is none. After `finish`. */
  hashOf(number: bigint): Uint8Array | undefined {
    return readHeader(this.#init.store, number)?.hash
  }

  /** Throws `CHAIN_BLOCK_WRONG`, `CHAIN_IMPORT`, and what a malformed record throws. */
  async take([name, ...fields]: ChainRecord): Promise<void> {
    if (equal(name, names.block)) await this.#block(fields)
    else if (equal(name, names.code))
      await this.#bytes(fields, (value) => codeKey(keccak256(value)))
    else if (equal(name, names.key))
      await this.#bytes(fields, (value) => publicKeyKey(keccak256(value)))
    else if (equal(name, names.blob)) await this.#bytes(fields, (value) => blobKey(sha3_256(value)))
    else if (equal(name, names.accounts)) await this.#accounts(fields)
    else if (equal(name, names.slots)) await this.#slots(fields)
    else throw wrong('record', 'this release does not know it: install the one that wrote it')
  }

  /** Writes the head: from here on the store is a chain. Throws `CHAIN_IMPORT`. */
  async finish(): Promise<Head> {
    const { store, profile, head } = this.#init
    const { header, hash } = this.#head
    if (header.number !== head.number || !equal(hash, head.hash)) throw wrong('head')
    await this.#flush()
    const root = await this.#rebuild.finish()
    if (!equal(root, header.stateRoot)) {
      throw wrong('state root', `the state has ${hex(root)}, the head names another`)
    }
    await store.write([...metaChanges(profile, header.number), outcomeOfHead(header)], {
      sync: true,
    })
    return this.#head
  }

  async #block(fields: readonly Rlp[]): Promise<void> {
    const [encoded, body, packed] = fields.map(leaf)
    if (encoded === undefined || body === undefined || packed === undefined) throw wrong('block')
    const header = headerFromRlp(decodeRlp(encoded))
    const [wires, ...tail] = list(decodeRlp(body))
    const { profile } = this.#init
    const envelopes = list(wires).map((wire) => profile.decode(leaf(wire)))
    const receipts = unpackReceipts(packed)
    const block = { header, hash: headerHash(header), envelopes, receipts, tail: tailOf(header) }
    if (tail.some((item) => list(item).length > 0)) throw wrong('block')
    checkBlock(block, this.#head, profile)
    this.#head = { header, hash: block.hash }
    this.#changes.push(...blockChanges(block))
    if (header.number % BigInt(limits.replayedBlocks.value) === 0n) await this.#flush()
  }

  async #bytes(fields: readonly Rlp[], keyOf: (value: Uint8Array) => Uint8Array): Promise<void> {
    const value = leaf(fields[0])
    this.#changes.push(put(keyOf(value), value))
    if (this.#changes.length >= limits.exportedItems.value) await this.#flush()
  }

  async #accounts(fields: readonly Rlp[]): Promise<void> {
    await this.#flush()
    const { store } = this.#init
    for (const item of list(fields[0])) {
      const [address, nonce, balance, codeHash] = list(item).map(leaf)
      if (address?.length !== 20 || codeHash?.length !== 32) throw wrong('account')
      if (nonce === undefined || balance === undefined) throw wrong('account')
      const isThere = equal(codeHash, emptyCodeHash) || store.get(codeKey(codeHash)) !== undefined
      if (!isThere) throw wrong('code', `that of ${hex(address)} is missing`)
      await this.#rebuild.account({
        address,
        nonce: toBigInt(nonce),
        balance: toBigInt(balance),
        codeHash,
      })
    }
  }

  async #slots(fields: readonly Rlp[]): Promise<void> {
    for (const item of list(fields[0])) {
      const [address, slot, value] = list(item).map(leaf)
      if (address?.length !== 20 || slot?.length !== 32) throw wrong('slot')
      if (value === undefined || value.length === 0 || value[0] === 0) throw wrong('slot')
      await this.#rebuild.slot(address, slot, value)
    }
  }

  async #flush(): Promise<void> {
    if (this.#changes.length === 0) return
    await this.#init.store.write(this.#changes, { sync: false })
    this.#changes = []
  }
}

function wrong(what: string, cure = 'the file is damaged or forged: export it again'): Fault {
  return new Fault({ code: 'CHAIN_IMPORT', what }, cure)
}

function leaf(item: Rlp | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw wrong('record')
}

function list(item: Rlp | undefined): readonly Rlp[] {
  if (item !== undefined && !(item instanceof Uint8Array)) return item
  throw wrong('record')
}
