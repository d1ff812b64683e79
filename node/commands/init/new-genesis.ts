import type { Clock, Random } from '#base'
import {
  createGenesis,
  formatGenesis,
  type Genesis,
  type GenesisDocument,
  type GovernanceParameters,
  preset,
} from '#genesis'

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
  /** What governance goes by. */
  readonly set?: Partial<GovernanceParameters>
  /** Packages of precompiles beside the built-in ones: names, or paths of folders. */
  readonly precompile: readonly string[]
  /** Whose node_modules has them. */
  readonly project: string
}

/** What is known of one before anybody is asked. */
export type Known = Partial<Description> &
  Pick<Description, 'alloc' | 'dev' | 'precompile' | 'project'>

type Rules = Omit<Description, 'precompile' | 'project'>

/** A genesis with a salt of its own, from now on. Throws as `parseGenesis`. */
export function newGenesis(description: Rules, random: Random, clock: Clock): Genesis {
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
      governance: { ...document.governance, ...decimals(description.set) },
      alloc: { ...document.alloc, ...Object.fromEntries(alloc) },
    },
    random,
  )
}

function decimals(choices: Partial<GovernanceParameters> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(choices).map(([name, value]) => [name, `${value}`]))
}

/** With the packages' precompiles in it, from block 0 on. Throws as `schedule`. */
export async function withPrecompiles(
  genesis: Genesis,
  { precompile, project }: Pick<Description, 'precompile' | 'project'>,
): Promise<{ readonly genesis: Genesis; readonly installation: readonly string[] }> {
  if (precompile.length === 0) return { genesis, installation: [] }
  // Most networks have none, and need not wait for what loads them.
  const { schedule } = await import('../genesis/schedule.ts')
  let result = { genesis, installation: [] as readonly string[] }
  for (const target of precompile) {
    const added = await schedule(result.genesis, target, { project, from: 0n })
    const installation = [...result.installation, ...added.installation]
    result = { genesis: added.genesis, installation }
  }
  return result
}
