/** What calls of the system contracts take, as receipts and traces say. */
import assert from 'node:assert/strict'

import { type AbiFunction, getAbiItem, toFunctionSelector } from 'viem'

import { concat, hex, type Hex, unhex } from '#base'
import { pqAccount, systemContracts } from '#contracts'
import { systemAddresses } from '#protocol'

import { readBlock } from '../../../chain/block/sealed.ts'
import type { StoredReceipt } from '../../../chain/port.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import type { Account } from '../../chain/attacks/network.ts'
import type { Deployed, Scene } from '../scene.ts'

export interface Row {
  /** Its name in contracts/. */
  readonly contract: string
  readonly call: string
  readonly when: string
  readonly gas: bigint
}

/** As callTracer tells it. */
interface Frame {
  readonly from: Hex
  readonly to?: Hex
  readonly input: Hex
  readonly gasUsed: Hex
  readonly calls?: readonly Frame[]
}

export class Meter {
  readonly rows: Row[] = []

  /** Sends a transaction that has to succeed, and notes what it took. */
  async spend(
    scene: Scene,
    when: string,
    ...call: Parameters<Scene['send']>
  ): Promise<StoredReceipt> {
    const [, contract, name] = call
    const receipt = await scene.send(...call)
    assert.equal(receipt.status, 1, `${name}: ${String((await scene.ask(...asked(call))).error)}`)
    this.note(contract, name, when, receipt.gasUsed)
    return receipt
  }

  note(contract: Deployed, call: string, when: string, gas: bigint): void {
    this.rows.push({ contract: nameOf(contract), call, when, gas })
  }

  /** Notes what calls of the timelock took in the last transaction, in their order. */
  async within(
    scene: Scene,
    calls: readonly (readonly [contract: Deployed, call: string, when: string])[],
  ): Promise<void> {
    const made = flat(await lastTrace(scene)).filter(({ from }) => from === timelock)
    const frames = made.values()
    for (const [contract, call, when] of calls) {
      const { address, abi } = contract
      const selector = toFunctionSelector(getAbiItem({ abi, name: call }) as AbiFunction)
      const frame = frames.find(({ to, input }) => to === address && input.startsWith(selector))
      assert.ok(frame, call)
      this.note(contract, `${call} °`, when, BigInt(frame.gasUsed))
    }
  }
}

/** How many bytes of a signature are zero more often than not: they are cheaper than others. */
const usualZeros = { 0x44: 26, 0x65: 30, 0x87: 36 } as const

/** A signature of the usual price, since no two are equal; with the key before it, unless by a record. */
export function signed(scene: Scene, signer: Account, hash: Hex, hasRecord = false): Hex {
  const { algorithm, publicKey } = signer.key
  for (;;) {
    const signature = unhex(scene.sign(signer, hash))
    const zeros = signature.filter((byte) => byte === 0).length
    if (zeros !== usualZeros[algorithm]) continue
    return hex(hasRecord ? signature : concat(Uint8Array.of(algorithm), publicKey, signature))
  }
}

const timelock = hex(systemAddresses.timelock)

function asked([sender, contract, name, args]: Parameters<Scene['send']>) {
  return [contract, name, args, sender] as const
}

/** Whatever stands nowhere in the genesis is a smart account. */
function nameOf({ address }: Deployed): string {
  const found = systemContracts.find((one) => one.address === address)
  return found?.contractName ?? pqAccount.contractName
}

function flat(frame: Frame): readonly Frame[] {
  return [frame, ...(frame.calls ?? []).flatMap(flat)]
}

async function lastTrace({ network }: Scene): Promise<Frame> {
  const reader = network.store.snapshot()
  try {
    const context = { reader, profile: network.profile, interrupt: uninterrupted }
    const [last] = readBlock(reader, network.head.header.number)?.transactions ?? []
    assert.ok(last)
    const config = { kind: 'calls', isTopOnly: false, showsLogs: false } as const
    const trace = await reads.traceTransaction(context, last.hash, config)
    assert.ok(trace)
    return JSON.parse(trace.json) as Frame
  } finally {
    await reader.close()
  }
}
