import type { Clock, Random } from '#base'
import { createGenesis, formatGenesis, type Genesis, type GenesisDocument, preset } from '#genesis'

export interface Allocation {
  readonly address: string
  readonly wei: bigint
}

/** What is decided about a new network; the presets decide the rest. */
export interface Description {
  readonly name: string
  readonly chainId: bigint
  readonly token?: string
  readonly symbol?: string
  readonly alloc: readonly Allocation[]
  /** Takes the published test keys, and funds their accounts. */
  readonly dev: boolean
  readonly blockMs?: bigint
  readonly gasLimit?: bigint
}

/** A genesis with a salt of its own, from now on. Throws as `parseGenesis`. */
export function newGenesis(description: Description, random: Random, clock: Clock): Genesis {
  const { name, chainId, token = 'Pars', symbol = 'PARS', dev, blockMs, gasLimit } = description
  const usual = JSON.parse(formatGenesis(preset(dev ? 'devnet' : 'testnet'))) as GenesisDocument
  const { salt: _, ...document } = usual
  const alloc = description.alloc.map(({ address, wei }) => [address, { balance: `${wei}` }])
  return createGenesis(
    {
      ...document,
      name,
      token: { name: token, symbol },
      chainId: `${chainId}`,
      timestamp: Math.floor(clock.now() / 1000),
      ...(blockMs === undefined ? {} : { targetBlockMs: `${blockMs}` }),
      ...(gasLimit === undefined ? {} : { blockGasLimit: `${gasLimit}` }),
      alloc: { ...document.alloc, ...Object.fromEntries(alloc) },
    },
    random,
  )
}
