/**
 * What the contracts of every network hold from the start, in the slots that the compiler gives their
 * variables (contracts/artifacts).
 */
import { compare, concat, fixed, type Hex, hex, padLeft, toBigInt, utf8 } from '#base'
import { keccak256, keyHash } from '#crypto'
import { systemAddresses } from '#protocol'

import type { Genesis, GenesisAccount } from './genesis.ts'
import { type Bounds, boundsOf, gasLimitBounds, linearCurve, mapped } from './governance.ts'

type Storage = GenesisAccount['storage']
type Words = readonly (readonly [slot: bigint, word: bigint])[]

/** Of each contract that the genesis writes to, by its address. */
export function systemStorage(genesis: Genesis): ReadonlyMap<Hex, Storage> {
  return new Map([
    [hex(systemAddresses.chainParams), storage(chainParams(genesis))],
    [hex(systemAddresses.validatorSet), storage(validatorSet(genesis))],
    [hex(systemAddresses.vePars), storage([[1n, curveWord(genesis.lockCurve)]])],
  ])
}

/** ChainParams: slot 0 maps a name to value, least, most and whether it is one. */
function chainParams(genesis: Genesis): Words {
  const chosen = mapped((name) => {
    const [value, bounds] = [genesis.governance[name], boundsOf(name, genesis)]
    // A vote that asked for more votes than there are would be the last one.
    const most = isHurdle(name) ? value : bounds.most
    return { ...bounds, most, value }
  })
  const all: Record<string, Bounds & { readonly value: bigint }> = {
    ...chosen,
    'block.gasLimit': { ...gasLimitBounds(genesis), value: genesis.blockGasLimit },
  }
  return Object.entries(all).flatMap(([name, { value, least, most }]) => {
    const at = mappingSlot(rightPadded(name), 0n)
    return [
      [at, value],
      [at + 1n, least],
      [at + 2n, most],
      [at + 3n, 1n],
    ] as const
  })
}

function isHurdle(name: string): boolean {
  return /^tier\.\d\.(?:floor|threshold)$/.test(name)
}

/** ValidatorSet: slot 0 the members, two words each, slot 1 their stake, slot 2 their places. */
function validatorSet({ validators }: Genesis): Words {
  const first = toBigInt(keccak256(fixed(0, 32)))
  const total = validators.reduce((sum, { stake }) => sum + stake, 0n)
  const members = validators.flatMap(({ account, stake, publicKey }, index) => {
    const at = first + 2n * BigInt(index)
    return [
      [at, (stake << 160n) | toBigInt(account)],
      [at + 1n, toBigInt(keyHash(0x65, publicKey))],
      [mappingSlot(padLeft(account, 32), 2n), BigInt(index) + 1n],
    ] as const
  })
  return [[0n, BigInt(validators.length)], [1n, total], ...members]
}

/** VePars, slot 1: two bytes of weeks and two of weight for each piece; 0 for the usual curve. */
function curveWord(curve: Genesis['lockCurve']): bigint {
  const isUsual =
    curve.length === linearCurve.length &&
    curve.every(({ weeks, weight }, index) => {
      return weeks === linearCurve[index]?.weeks && weight === linearCurve[index].weight
    })
  if (isUsual) return 0n
  return curve.reduce((word, { weeks, weight }, index) => {
    return word | ((weeks | (weight << 16n)) << (32n * BigInt(index)))
  }, 0n)
}

function mappingSlot(key: Uint8Array, slot: bigint): bigint {
  return toBigInt(keccak256(concat(key, fixed(slot, 32))))
}

/** ASCII in a word, as Solidity writes a literal into bytes32. */
function rightPadded(text: string): Uint8Array {
  return concat(utf8(text), new Uint8Array(32 - text.length))
}

/** Zero is not stored. */
function storage(words: Words): Storage {
  return words
    .filter(([, word]) => word !== 0n)
    .map(([slot, word]) => [fixed(slot, 32), fixed(word, 32)] as const)
    .toSorted(([a], [b]) => compare(a, b))
}
