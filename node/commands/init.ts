import { writeFile } from 'node:fs/promises'
import process from 'node:process'

import { Command, InvalidArgumentError } from 'commander'

import { Fault, hex } from '#base'
import {
  cloneGenesis,
  formatGenesis,
  type Genesis,
  genesisHash,
  parseGenesis,
  preset,
} from '#genesis'

import { systemRandom } from '../random.ts'

interface InitFlags {
  readonly out: string
  readonly chainId: bigint
  readonly name: string
  readonly token: string
  readonly symbol: string
  readonly alloc: readonly Allocation[]
  readonly dev: boolean
  readonly blockMs?: bigint
  readonly gasLimit?: bigint
  readonly json: boolean
}

interface Allocation {
  readonly address: string
  readonly tokens: bigint
}

const tokenUnit = 10n ** 18n

export function initCommand(): Command {
  return new Command('init')
    .description('Write the genesis of a new network, with a salt of its own.')
    .requiredOption('--chain-id <number>', 'what wallets tell networks apart by', integerOf)
    .requiredOption('--name <name>', 'of the network')
    .option('--token <name>', 'of the native token', 'Pars')
    .option('--symbol <symbol>', 'of the native token', 'PARS')
    .option('--alloc <address=tokens...>', 'who owns the first tokens', allocationOf, [])
    .option('--dev', 'fund the ten published test accounts, for development only', false)
    .option('--block-ms <milliseconds>', 'between two blocks', integerOf)
    .option('--gas-limit <gas>', 'of a block', integerOf)
    .option('--out <file>', 'where to write it', 'genesis.json')
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: InitFlags) => {
      const genesis = build(flags)
      try {
        await writeFile(flags.out, formatGenesis(genesis), { flag: 'wx' })
      } catch (error) {
        const reason = (error as { code?: string }).code ?? String(error)
        throw new Fault(
          { code: 'NODE_FILE', file: flags.out, reason },
          'an existing file is never overwritten: name another with --out',
        )
      }
      const facts = {
        file: flags.out,
        name: genesis.name,
        chainId: Number(genesis.chainId),
        networkId: hex(genesisHash(genesis)),
      }
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(facts)}\n`
          : `${facts.file}: network ${facts.name}, chain id ${facts.chainId}, network id ${facts.networkId}\nRun it with: pars run --genesis ${facts.file}\n`,
      )
    })
}

function build(flags: InitFlags): Genesis {
  const base = preset(flags.dev ? 'devnet' : 'testnet')
  const fresh = cloneGenesis(base, systemRandom)
  const alloc = flags.alloc.map(({ address, tokens }) => ({
    address: Uint8Array.fromHex(address.slice(2)),
    balance: tokens * tokenUnit,
    nonce: 0n,
    code: new Uint8Array(0),
    storage: [],
    key: undefined,
  }))
  // Through the document and back: the rules of a genesis hold for this one too.
  return parseGenesis(
    formatGenesis({
      ...fresh,
      name: flags.name,
      token: { name: flags.token, symbol: flags.symbol },
      chainId: flags.chainId,
      timestamp: BigInt(Math.floor(Date.now() / 1000)),
      blockGasLimit: flags.gasLimit ?? fresh.blockGasLimit,
      targetBlockMs: flags.blockMs === undefined ? fresh.targetBlockMs : Number(flags.blockMs),
      alloc: flags.dev ? [...fresh.alloc, ...alloc] : alloc,
    }),
  )
}

function integerOf(text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('Give a whole number.')
}

function allocationOf(text: string, before: readonly Allocation[]): Allocation[] {
  const [, address, tokens] = /^(0x[0-9a-fA-F]{40})=(\d{1,40})$/.exec(text) ?? []
  if (address === undefined || tokens === undefined) {
    throw new InvalidArgumentError('Give an address and whole tokens: 0x…=1000.')
  }
  return [...before, { address, tokens: BigInt(tokens) }]
}
