import {
  Common,
  type CommonOpts,
  type CustomCrypto,
  type Hardfork,
  Mainnet,
  type ParamsDict,
} from '@ethereumjs/common'

import { concat, padLeft } from '#base'
import { keccak256, recoverPublicKey, sha256 } from '#crypto'

/**
 * The rules of one fork, answered from sets and maps: stock Common searches arrays for every opcode
 * and copies itself, parameters included, for every transaction. One instance is one fork: it is
 * shared by all that ask for a copy, and refuses to change.
 */
export class FastCommon extends Common {
  // Common's constructor calls the overrides below before fields of this class exist: hence no
  // initialisers, and `??=` where they are used.
  declare private active: ReadonlySet<number>
  declare private parameters: Map<string, bigint>
  declare private reached: Map<string, boolean>
  declare private merged: WeakSet<ParamsDict>
  declare private consensus: string
  declare private consensusName: string
  declare private chain: bigint
  private readonly sealed: boolean

  constructor(options: Omit<CommonOpts, 'customCrypto'> & { readonly hardfork: Hardfork }) {
    super({ ...options, customCrypto })
    this.consensus = super.consensusType()
    this.consensusName = super.consensusAlgorithm()
    this.chain = super.chainId()
    this.sealed = true
  }

  override isActivatedEIP(eip: number): boolean {
    return this.active.has(eip)
  }

  override param(name: string): bigint {
    const known = this.parameters.get(name)
    if (known !== undefined) return known
    const value = super.param(name)
    this.parameters.set(name, value)
    return value
  }

  override gteHardfork(hardfork: string): boolean {
    // While Common's constructor runs, the fork is not set yet.
    if (!this.sealed) return super.gteHardfork(hardfork)
    const known = this.reached.get(hardfork)
    if (known !== undefined) return known
    const value = super.gteHardfork(hardfork)
    this.reached.set(hardfork, value)
    return value
  }

  override consensusType(): string {
    return this.consensus
  }

  override consensusAlgorithm(): string {
    return this.consensusName
  }

  override chainId(): bigint {
    return this.chain
  }

  override copy(): this {
    return this
  }

  override updateParams(params: ParamsDict): void {
    this.merged ??= new WeakSet()
    if (this.merged.has(params)) return
    this.merged.add(params)
    super.updateParams(params)
  }

  override setHardfork(hardfork: string): void {
    if (this.sealed && hardfork !== this.hardfork()) {
      throw new TypeError(`these are the rules of ${this.hardfork()}; build others for ${hardfork}`)
    }
    super.setHardfork(hardfork)
  }

  protected override _buildParamsCache(): void {
    this.parameters = new Map()
    super._buildParamsCache()
  }

  protected override _buildActivatedEIPsCache(): void {
    this.reached = new Map()
    super._buildActivatedEIPsCache()
    this.active = new Set(this._activatedEIPsCache)
  }
}

/** Ethereum's fork schedule is the table of what each fork contains; only the chain id is ours. */
export function rulesOf(chainId: bigint, hardfork: Hardfork, eips: readonly number[]): FastCommon {
  return new FastCommon({
    chain: { ...Mainnet, chainId: Number(chainId) },
    hardfork,
    eips: [...eips],
  })
}

const customCrypto: CustomCrypto = {
  keccak256,
  sha256,
  ecrecover(hash, v, r, s, chainId) {
    const parity = v === 0n || v === 1n ? v : v - (chainId === undefined ? 27n : chainId * 2n + 35n)
    const signature = concat(padLeft(r, 32), padLeft(s, 32))
    const key =
      parity === 0n || parity === 1n ? recoverPublicKey(hash, signature, Number(parity)) : undefined
    if (key === undefined) throw new TypeError('no public key made this signature')
    return key
  },
}
