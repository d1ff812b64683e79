import { concat, empty } from '#base'
import {
  encapsulateWithCoins,
  isEncapsulationKey,
  type MlKemPublicParameterSet,
  mlKemSizes,
} from '#crypto'

import { flag } from '../abi.ts'
import type { PurePrecompile } from '../plugin.ts'
import vectors from './vectors.json' with { type: 'json' }

const mode = { check: 0x00, encapsulate: 0x01 } as const
const coinBytes = 32

const gasTable = {
  check512: 300,
  check768: 450,
  check1024: 600,
  encapsulate512: 18_000,
  encapsulate768: 26_000,
  encapsulate1024: 36_000,
  /** What is no call of any parameter set. */
  malformed: 300,
} as const

interface Call {
  readonly parameterSet: MlKemPublicParameterSet
  readonly encapsulates: boolean
}

const parameterSets = [512, 768, 1024] as const

/** What a call's mode and length say. */
function callOf(input: Uint8Array): Call | undefined {
  const encapsulates = input[0] === mode.encapsulate
  if (!encapsulates && input[0] !== mode.check) return undefined
  const keyBytes = input.length - 1 - (encapsulates ? coinBytes : 0)
  const parameterSet = parameterSets.find((set) => mlKemSizes[set].publicKeyBytes === keyBytes)
  return parameterSet && { parameterSet, encapsulates }
}

/** Checks encapsulation keys, and repeats encapsulations whose coins are public. @see FIPS 203 */
const plugin: PurePrecompile = {
  name: 'mlkem',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000603',
  abi: null,
  gasTable,
  vectors,
  stateful: false,
  gas(input) {
    const call = callOf(input)
    if (call === undefined) return BigInt(gasTable.malformed)
    return BigInt(gasTable[`${call.encapsulates ? 'encapsulate' : 'check'}${call.parameterSet}`])
  },
  run(input) {
    const call = callOf(input)
    if (call === undefined) return input[0] === mode.check ? flag(false) : empty
    const { parameterSet, encapsulates } = call
    const key = input.subarray(encapsulates ? 1 + coinBytes : 1)
    const valid = isEncapsulationKey(parameterSet, key)
    if (!encapsulates) return flag(valid)
    if (!valid) return empty
    const coins = input.subarray(1, 1 + coinBytes)
    const { ciphertext, sharedSecret } = encapsulateWithCoins(parameterSet, key, coins)
    return concat(ciphertext, sharedSecret)
  },
}

export default plugin
