import { rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { type Command, InvalidArgumentError } from 'commander'

import { Fault, hex } from '#base'
import { genesisHash, testAccounts } from '#genesis'

import { systemClock } from '../clock.ts'
import { parsHome } from '../home.ts'
import { createLog } from '../log.ts'
import { stopSignal } from './stop-signal.ts'

interface DevnetFlags {
  readonly validators: number
  readonly basePort: number
  readonly rpcPort: number
  readonly dir: string
  readonly reset: boolean
  readonly json: boolean
}

const readyWithin = 60_000
const lookEvery = 1_000

export function configure(command: Command): void {
  command
    .option('--validators <count>', 'processes', countOf, 4)
    .option('--base-port <number>', 'first port between nodes; the others follow', portOf, 30_300)
    .option('--rpc-port <number>', 'first port of JSON-RPC; the others follow', portOf, 8545)
    .option('--dir <folder>', 'where everything is kept', path.join(parsHome(), 'devnet'))
    .option('--reset', 'remove the folder first: a new network with new keys', false)
    .option('--json', 'print what a script needs, one object a line', false)
    .addHelpText(
      'after',
      `
Ctrl-C stops all validators and says whether they agree. The network stays in its folder. Each
validator can be started again by itself: pars dev --data DIR/validator-0 --config DIR/validator-0/config.toml`,
    )
    .action(async (flags: DevnetFlags) => run(flags))
}

async function run(flags: DevnetFlags): Promise<void> {
  const [{ openDevnet }, { ValidatorProcess }, watch] = await Promise.all([
    import('../devnet/build.ts'),
    import('../devnet/processes.ts'),
    import('../devnet/watch.ts'),
  ])
  const asked = stopSignal(createLog({ format: 'text', level: 'error' }), systemClock)
  const folder = path.resolve(flags.dir)
  if (flags.reset) await rm(folder, { recursive: true, force: true })
  const devnet = await openDevnet({ ...flags, folder })
  const processes = await Promise.all(devnet.places.map((place) => ValidatorProcess.start(place)))
  try {
    const ready = await Promise.race([
      asked.then(() => false),
      until(async () => {
        const seen = await Promise.all(devnet.places.map(watch.look))
        if (processes.some(({ isRunning }) => !isRunning)) throw ended(devnet.folder)
        return seen.every((one) => one?.isSigning === true)
      }, devnet.folder),
    ])
    if (ready) {
      const facts = {
        folder,
        networkId: hex(genesisHash(devnet.genesis)),
        chainId: Number(devnet.genesis.chainId),
        validators: processes.map(({ pid, place }) => ({ pid, rpc: place.rpc, data: place.data })),
      }
      process.stdout.write(flags.json ? `${JSON.stringify(facts)}\n` : welcome(facts))
      await Promise.race([asked, show(devnet.places, watch, flags.json)])
    }
    const agreement = await watch.compare(devnet.places)
    process.stdout.write(flags.json ? `${JSON.stringify(agreement)}\n` : verdict(agreement))
  } finally {
    await Promise.all(processes.map((one) => one.stop()))
  }
}

/** Resolves with true when `condition` holds. */
async function until(condition: () => Promise<boolean>, folder: string): Promise<boolean> {
  const end = systemClock.now() + readyWithin
  while (!(await condition())) {
    if (systemClock.now() > end) {
      throw new Fault({ code: 'NODE_DEVNET_SLOW', folder }, 'see node.log of each validator there')
    }
    await pause(200)
  }
  return true
}

async function show(
  places: readonly Parameters<typeof import('../devnet/watch.ts').look>[0][],
  { look, lineOf }: typeof import('../devnet/watch.ts'),
  json: boolean,
): Promise<never> {
  for (;;) {
    const seen = await Promise.all(places.map(look))
    if (json) process.stdout.write(`${JSON.stringify({ seen: seen.map((one) => one ?? null) })}\n`)
    else if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${lineOf(seen)}`)
    await pause(lookEvery)
  }
}

function pause(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  systemClock.after(milliseconds, resolve)
  return promise
}

function ended(folder: string): Fault {
  return new Fault({ code: 'NODE_DEVNET_ENDED', folder }, 'see node.log of each validator there')
}

function welcome(facts: {
  readonly folder: string
  readonly networkId: string
  readonly chainId: number
  readonly validators: readonly { readonly pid: number | undefined; readonly rpc: string }[]
}): string {
  const [first] = facts.validators
  const addresses = testAccounts().map(({ address }) => hex(address))
  return `
Pars development network ready: ${facts.validators.length} validators
  JSON-RPC   ${facts.validators.map(({ rpc }) => rpc).join('  ')}
  chain id   ${facts.chainId}
  network id ${facts.networkId}
  folder     ${facts.folder}

Accounts, funded; their ML-DSA-65 keys are published, so use them here only
${addresses.map((address, index) => `  (${index}) ${address}`).join('\n')}

Each node signs for them, so any Ethereum tool can send through eth_sendTransaction:
  curl -s ${first?.rpc} -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_sendTransaction","params":[{"from":"${addresses[0]}","to":"${addresses[1]}","value":"0xde0b6b3a7640000"}]}'

Ctrl-C stops it; what it acknowledged is kept. --reset begins anew.

`
}

function verdict({
  height,
  isShared,
  hashes,
}: {
  readonly height: number
  readonly isShared: boolean
  readonly hashes: readonly (string | undefined)[]
}): string {
  const silent = hashes.filter((hash) => hash === undefined).length
  const missing = silent === 0 ? '' : `, ${silent} did not answer`
  if (silent === hashes.length) return '\nno validator answered\n'
  return `\n${isShared ? 'all heads agree' : 'HEADS DIFFER'} at block ${height}${missing}\n`
}

function countOf(text: string): number {
  const count = Number(text)
  if (/^\d{1,2}$/.test(text) && count >= 1 && count <= 32) return count
  throw new InvalidArgumentError('Give 1 to 32 validators.')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_000) return port
  throw new InvalidArgumentError('Give a port from 1 to 65000.')
}
