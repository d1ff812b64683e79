import { writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Writes genesis/presets/*.json: `node scripts/presets.ts`. Run it when a built-in precompile changes
 * its promise, since the schedule of every preset holds its specHash.
 */
import { hex } from '#base'
import {
  formatGenesis,
  type GenesisDocument,
  genesisFormat,
  linearCurve,
  parseGenesis,
  type PresetName,
  testAccounts,
  usualGovernance,
} from '#genesis'
import { discover, specHash } from '#precompiles'
import { chainIds, systemAddresses } from '#protocol'

type Networks = Readonly<
  Record<PresetName, Pick<GenesisDocument, 'name' | 'token' | 'salt' | 'dev'>>
>

const networks: Networks = {
  mainnet: {
    name: 'Pars',
    token: { name: 'Pars', symbol: 'PARS' },
    salt: '0x157221050aed04781a4ff47083d28c87e8450dc4834cf11b59559a586bea079c',
    dev: false,
  },
  testnet: {
    name: 'Pars Testnet',
    token: { name: 'Test Pars', symbol: 'tPARS' },
    salt: '0x34398b8b1a012d0c30c201f1419f94f84ea4e654b49b682cacede2015c192e0f',
    dev: false,
  },
  devnet: {
    name: 'Pars Devnet',
    token: { name: 'Dev Pars', symbol: 'dPARS' },
    salt: `0x${'00'.repeat(32)}`,
    dev: true,
  },
}

/** 2026-01-01T00:00:00Z. */
const timestamp = 1_767_225_600
const funds = 10n ** 24n

/** The text of every preset file, by the name of the preset. */
export async function presetTexts(): Promise<Readonly<Record<PresetName, string>>> {
  const plugins = await discover()
  const precompiles = plugins.map((plugin) => ({
    name: plugin.name,
    version: plugin.version,
    specHash: hex(specHash(plugin)),
    address: plugin.address,
    from: 0,
  }))
  const text = (preset: PresetName): string => {
    const network = networks[preset]
    const accounts = network.dev ? testAccounts() : []
    const document: GenesisDocument = {
      format: genesisFormat,
      ...network,
      chainId: chainIds[preset].toString(),
      timestamp,
      blockGasLimit: 30_000_000,
      targetBlockMs: 1_000,
      initialBaseFee: 1_000_000_000,
      feeCollector: hex(systemAddresses.feeCollector),
      alloc: Object.fromEntries(
        accounts.map(({ address }) => [hex(address), { balance: funds.toString() }]),
      ),
      precompiles,
      validators: [],
      lockCurve: linearCurve.map(({ weeks, weight }) => ({
        weeks: Number(weeks),
        weight: Number(weight),
      })),
      governance: Object.fromEntries(
        Object.entries(usualGovernance(network.dev)).map(([name, value]) => [name, `${value}`]),
      ) as GenesisDocument['governance'],
    }
    return formatGenesis(parseGenesis(document))
  }
  return { mainnet: text('mainnet'), testnet: text('testnet'), devnet: text('devnet') }
}

if (import.meta.main) {
  const folder = path.join(import.meta.dirname, '../genesis/presets')
  for (const [name, text] of Object.entries(await presetTexts())) {
    await writeFile(path.join(folder, `${name}.json`), text)
  }
}
