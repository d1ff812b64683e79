import type { Genesis } from './genesis.ts'
import { parseGenesis } from './parse.ts'
import devnet from './presets/devnet.json' with { type: 'json' }
import mainnet from './presets/mainnet.json' with { type: 'json' }
import testnet from './presets/testnet.json' with { type: 'json' }

const documents = { mainnet, testnet, devnet } as const

export type PresetName = keyof typeof documents

export const presetNames = Object.keys(documents) as readonly PresetName[]

/** The genesis of a network that comes with Pars. */
export function preset(name: PresetName): Genesis {
  return parseGenesis(documents[name])
}
