/** Executes blocks that are stored already, and compares. */
import { equal, type Fault } from '#base'
import type { Change, Reader, Store } from '#storage'

import { headerHash } from '../block/header.ts'
import { height, keys, put } from '../block/layout.ts'
import { Ledger, metaChanges } from '../block/ledger.ts'
import { readBlock, readHeader, readHeadNumber } from '../block/sealed.ts'
import { createExecutor } from '../evm/index.ts'
import { ParsBlock } from '../pars/block.ts'
import { placeIn } from '../pars/place.ts'
import type { ParsProfile } from '../pars/profile.ts'
import { stateView } from '../pars/state-view.ts'
import { stateFault } from '../pars/validity.ts'
import { publicKeyOf, verifyEnvelope } from '../pars/verify.ts'
import type { BlockView, Header } from '../port.ts'
import { checkRetained, statePrefixes, unwind } from '../state/index.ts'
import { blockWrong } from './check-block.ts'
import { under } from './flat.ts'
import { limits } from './limits.ts'

interface ReplayInit {
  readonly reader: Reader
  readonly profile: ParsProfile
  /** An empty store that may be thrown away afterwards. */
  readonly scratch: Store
  /** The first block to execute, from 1. */
  readonly from: bigint
}

/**
 * Executes every block from `from` on, with the precompiles that were active there, and verifies each
 * signature again. Gives the number of each as it comes out the same. Throws `STATE_PRUNED` where the
 * state before `from` is not kept, and `CHAIN_BLOCK_WRONG`.
 */
export async function* replay(init: ReplayInit): AsyncGenerator<bigint> {
  const { reader, profile, scratch, from } = init
  const head = readHeadNumber(reader)
  if (from > 1n) await copyState(init)
  const ledger = await Ledger.open({ store: scratch, profile })
  const start = readHeader(reader, from - 1n)
  if (start === undefined || !equal(start.hash, ledger.head.hash))
    throw blockWrong(from - 1n, 'hash')
  const executor = createExecutor({
    rules: profile.rules(),
    state: ledger.state,
    blockHash: (number) => ledger.hashOf(number) ?? new Uint8Array(32),
    observer: { onDefect() {}, onPayout() {} },
    ...profile.engines,
  })
  for (let number = from; number <= head; number++) {
    const stored = readBlock(reader, number)
    if (stored === undefined) throw blockWrong(number, 'missing')
    const block = new ParsBlock({
      executor,
      state: ledger.state,
      profile,
      parent: ledger.head,
      ...commitOf(stored.header),
      gasLimit: await profile.blockGasLimit(ledger.state),
    })
    await block.open()
    for (const { wire, index } of stored.transactions) {
      const envelope = profile.decode(wire)
      const view = stateView(ledger.state)
      const fault = stateFault(envelope, view, block.position)
      if (fault !== undefined) throw blockWrong(number, `transaction ${index}: ${fault.code}`)
      if (!(await verifyEnvelope(envelope, publicKeyOf(envelope, view)))) {
        throw blockWrong(number, `signature ${index}`)
      }
      await block.run(envelope)
    }
    const sealed = block.seal()
    if (!equal(sealed.hash, stored.hash)) throw differs(stored, sealed.header)
    ledger.seal(sealed)
    if (number % BigInt(limits.replayedBlocks.value) === 0n) await ledger.write()
    yield number
  }
}

function commitOf({ extraData, parentBeaconBlockRoot, timestamp }: Header): {
  readonly commit: ConstructorParameters<typeof ParsBlock>[0]['commit']
  readonly index: number
} {
  const { epoch, index, block } = placeIn(extraData)
  const digest = parentBeaconBlockRoot ?? new Uint8Array(32)
  return { commit: { epoch, index, digest, timestamp, bodies: [], verified: [] }, index: block }
}

/** The first field of the header that comes out otherwise. */
function differs({ header }: BlockView, found: Header): Fault {
  const names = Object.keys(found) as (keyof Header)[]
  const name = names.find((one) => {
    const [a, b] = [header[one], found[one]]
    return a instanceof Uint8Array && b instanceof Uint8Array ? !equal(a, b) : a !== b
  })
  return blockWrong(header.number, name === undefined ? 'hash' : `${name} comes out otherwise`)
}

const copied = [
  statePrefixes.account,
  statePrefixes.slot,
  statePrefixes.code,
  statePrefixes.key,
  statePrefixes.blob,
  statePrefixes.accountNode,
  statePrefixes.storageNode,
] as const

/** Block hashes that contracts can ask for. */
const reach = 256n

/** The state before `from`, its header and those that contracts can see. */
async function copyState({ reader, profile, scratch, from }: ReplayInit): Promise<void> {
  checkRetained(reader, from - 1n)
  for (const prefix of copied) {
    let some: Change[] = []
    for await (const [key, value] of reader.entries(under(prefix))) {
      some.push(put(key, value))
      if (some.length < limits.exportedItems.value) continue
      await scratch.write(some, { sync: false })
      some = []
    }
    await scratch.write(some, { sync: false })
  }
  for (let number = readHeadNumber(reader); number >= from; number--) {
    await scratch.write(await unwind(reader, number), { sync: false })
  }
  const headers: Change[] = []
  for (let number = from - 1n; number >= 0n && number + reach >= from; number--) {
    const value = reader.get(keys.header(number))
    const record = readHeader(reader, number)
    if (value === undefined || record === undefined) throw blockWrong(number, 'missing')
    headers.push(
      put(keys.header(number), value),
      put(keys.byHash(headerHash(record.header)), height.encode(number)),
    )
  }
  await scratch.write([...headers, ...metaChanges(profile, from - 1n)], { sync: false })
}
