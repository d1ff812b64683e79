/** @see EIP-7910 */
import { unhex } from '#base'

import { readHeader } from '../block/sealed.ts'
import type { Rules } from '../call-port.ts'
import { createExecutor } from '../evm/index.ts'
import type { Header, Reads } from '../port.ts'
import type { ChainProfile, RuleChange } from '../profile.ts'
import { headSource, State } from '../state/index.ts'
import { hashOf, headAt, type ReadContext } from './context.ts'

/** The names of the EIP for Ethereum's precompiles, by address. */
const names: ReadonlyMap<bigint, string> = new Map([
  [0x01n, 'ECREC'],
  [0x02n, 'SHA256'],
  [0x03n, 'RIPEMD160'],
  [0x04n, 'ID'],
  [0x05n, 'MODEXP'],
  [0x06n, 'BN254_ADD'],
  [0x07n, 'BN254_MUL'],
  [0x08n, 'BN254_PAIRING'],
  [0x09n, 'BLAKE2F'],
  [0x0an, 'KZG_POINT_EVALUATION'],
  [0x0bn, 'BLS12_G1ADD'],
  [0x0cn, 'BLS12_G1MSM'],
  [0x0dn, 'BLS12_G2ADD'],
  [0x0en, 'BLS12_G2MSM'],
  [0x0fn, 'BLS12_PAIRING_CHECK'],
  [0x10n, 'BLS12_MAP_FP_TO_G1'],
  [0x11n, 'BLS12_MAP_FP2_TO_G2'],
  [0x100n, 'P256VERIFY'],
])

export async function rules(context: ReadContext): ReturnType<Reads['rules']> {
  const changes = await context.profile.changes(new State(headSource(context.reader)))
  const head = headAt(context, 'latest')
  if (head === undefined) throw new TypeError('a chain has a head')
  const reached = changes.findLastIndex(({ from }) => hasCome(from, head.header))
  const describe = (change: RuleChange): Rules => described(context, change, head.header)
  const [current, next, last] = [changes[reached], changes[reached + 1], changes.at(-1)]
  if (current === undefined) throw new TypeError('a chain begins with rules')
  if (next === undefined || last === undefined) return { current: describe(current) }
  return { current: describe(current), next: describe(next), last: describe(last) }
}

function hasCome(from: RuleChange['from'], { number, timestamp }: Header): boolean {
  return 'number' in from ? number >= from.number : timestamp >= from.timestamp
}

function described(context: ReadContext, change: RuleChange, head: Header): Rules {
  const { profile } = context
  const { from, at, blobs, systemContracts } = change
  const plugins = change.plugins.map(({ name, address }) => {
    return [name.toUpperCase().replaceAll('-', '_'), unhex(address)] as const
  })
  return {
    activationTime: activationTime(context, from, head),
    blobs,
    forkId: change.forkId(hashOf(context, 0n) ?? new Uint8Array(32)),
    precompiles: [...builtins(profile, context, at), ...plugins],
    systemContracts,
  }
}

function builtins(
  profile: ChainProfile,
  { reader }: ReadContext,
  at: RuleChange['at'],
): (readonly [string, Uint8Array])[] {
  const { evm } = createExecutor({
    rules: profile.rules(at),
    state: new State(headSource(reader)),
    blockHash: () => new Uint8Array(32),
    observer: { onDefect() {}, onPayout() {} },
    ...profile.engines,
  })
  return evm.callable.flatMap((address) => {
    const name = names.get(BigInt(`0x${address.toHex()}`))
    return name === undefined ? [] : [[name, address] as const]
  })
}

function activationTime(context: ReadContext, from: RuleChange['from'], head: Header): bigint {
  if ('timestamp' in from) return from.timestamp
  if (from.number === 0n) return 0n
  const header = readHeader(context.reader, from.number)?.header
  if (header !== undefined) return header.timestamp
  const { blockSeconds } = context.profile.simulation
  return head.timestamp + (from.number - head.number) * blockSeconds
}
