/** What a call changes in the state, as a node's tracer tells it. */
import { type Hex, hex, isFault, quantity } from '#base'
import { systemContracts } from '#contracts'

import { bytesIn, fieldsIn, quantityIn, type RpcAsker } from '../rpc-client.ts'

/** A call that nobody sends, on a state in which something is different. */
export interface Unsent {
  readonly call: { readonly from: Hex; readonly to: Hex; readonly data: Hex }
  readonly stateOverrides: Readonly<
    Record<Hex, { readonly stateDiff: Readonly<Record<string, Hex>> }>
  >
}

/** Of one account. What is undefined stays as it is. */
export interface Change {
  /** The name of a system contract, or an address. */
  readonly account: string
  /** Wei. */
  readonly balance: readonly [before: bigint, after: bigint] | undefined
  /** The account gets code. */
  readonly isDeployed: boolean
  readonly storage: readonly { readonly slot: Hex; readonly before: Hex; readonly after: Hex }[]
}

const zero = hex(new Uint8Array(32))

/** Undefined where the node offers no `debug_traceCall`. */
export async function changesOf(
  rpc: RpcAsker,
  { call, stateOverrides }: Unsent,
  now: bigint,
): Promise<readonly Change[] | undefined> {
  const blockOverrides = { time: quantity(now) }
  const tracer = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
  const options = { ...tracer, stateOverrides, blockOverrides }
  const diff = await rpc.ask('debug_traceCall', call, 'latest', options).catch((error: unknown) => {
    if (isFault(error, 'NODE_REFUSED')) return undefined
    throw error
  })
  if (diff === undefined) return undefined
  const { pre, post } = fieldsIn(diff)
  const before = fieldsIn(pre)
  return Object.entries(fieldsIn(post))
    .map(([address, after]) => {
      // What makes it ready to run is no work of its own.
      const given = stateOverrides[address as Hex]?.stateDiff ?? {}
      const change = changeOf(address, fieldsIn(before[address] ?? {}), fieldsIn(after))
      return { ...change, storage: change.storage.filter(({ slot }) => !(slot in given)) }
    })
    .filter(({ balance, isDeployed, storage }) => {
      return balance !== undefined || isDeployed || storage.length > 0
    })
}

type Fields = Readonly<Record<string, unknown>>

function changeOf(address: string, before: Fields, after: Fields): Change {
  const contract = systemContracts.find((one) => one.address === address)
  const [old, young] = [fieldsIn(before['storage'] ?? {}), fieldsIn(after['storage'] ?? {})]
  const touched = [...new Set([...Object.keys(old), ...Object.keys(young)])].toSorted()
  const balance = after['balance'] === undefined ? undefined : quantityIn(after['balance'])
  return {
    account: contract?.contractName ?? hex(bytesIn(address, 20)),
    balance: balance === undefined ? undefined : [quantityIn(before['balance'] ?? '0x0'), balance],
    isDeployed: after['code'] !== undefined,
    storage: touched.map((slot) => ({
      slot: hex(bytesIn(slot, 32)),
      before: wordIn(old[slot]),
      after: wordIn(young[slot]),
    })),
  }
}

/** A slot that is zero is left out. */
function wordIn(value: unknown): Hex {
  return value === undefined ? zero : hex(bytesIn(value, 32))
}
