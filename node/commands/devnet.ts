import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { type Command, InvalidArgumentError } from 'commander'

import { Fault } from '#base'
import type { GovernanceParameters } from '#genesis'

import { systemClock } from '../clock.ts'
import type { Devnet } from '../devnet/build.ts'
import type { Display } from '../devnet/display.ts'
import type { ValidatorProcess } from '../devnet/processes.ts'
import type * as watching from '../devnet/watch.ts'
import { parsHome } from '../home.ts'
import { createLog } from '../log.ts'
import { portFrom } from './arguments.ts'
import { addGovernanceOption } from './governance-options.ts'
import { stopSignal } from './stop-signal.ts'

interface DevnetFlags {
  readonly validators: number
  readonly basePort: number
  readonly rpcPort: number
  readonly dir: string
  readonly reset: boolean
  readonly json: boolean
  /** Of a new network. */
  readonly set: Partial<GovernanceParameters>
}

const readyWithin = 60_000
const lookEvery = 1_000
const lookAtStart = 200
/** The others follow it. */
const firstPort = portFrom(1, 65_000)

export function configure(command: Command): void {
  addGovernanceOption(command)
    .option('--validators <count>', 'processes', countOf, 4)
    .option(
      '--base-port <number>',
      'first port between nodes; the others follow',
      firstPort,
      30_300,
    )
    .option('--rpc-port <number>', 'first port of JSON-RPC; the others follow', firstPort, 8545)
    .option('--dir <folder>', 'where everything is kept', path.join(parsHome(), 'devnet'))
    .option('--reset', 'remove what an earlier devnet left there: a new network, new keys', false)
    .option('--json', 'print what a script needs, one object a line', false)
    .addHelpText(
      'after',
      `
Ctrl-C stops all validators and says whether they agree. The network stays in its folder. Each
validator can be started again by itself: pars dev --data DIR/validator-0 --config DIR/validator-0/config.toml`,
    )
    .action(async (flags: DevnetFlags) => run(flags))
}

/** The processes of a devnet, and what becomes of them. */
interface Running {
  readonly devnet: Devnet
  readonly processes: readonly ValidatorProcess[]
  readonly watch: typeof watching
  readonly display: Display
  /** Nobody looks any more. */
  readonly over: AbortSignal
}

async function run(flags: DevnetFlags): Promise<void> {
  const [build, { checkPorts }, { ValidatorProcess }, watch, displays] = await Promise.all([
    import('../devnet/build.ts'),
    import('../devnet/ports.ts'),
    import('../devnet/processes.ts'),
    import('../devnet/watch.ts'),
    import('../devnet/display.ts'),
  ])
  const asked = stopSignal(createLog({ format: 'text', level: 'error' }), systemClock)
  const folder = path.resolve(flags.dir)
  await checkPorts(portsOf(flags))
  if (flags.reset) await build.removeDevnet(folder)
  const devnet = await build.openDevnet({ ...flags, folder })
  const processes = await Promise.all(devnet.places.map((place) => ValidatorProcess.start(place)))
  const display = flags.json ? displays.jsonDisplay : displays.textDisplay
  const over = new AbortController()
  const running = { devnet, processes, watch, display, over: over.signal }
  try {
    await Promise.race([asked, follow(running)])
    over.abort()
    const agreement = await watch.compare(devnet.places)
    display.compared(agreement)
    if (new Set(agreement.hashes.filter((hash) => hash !== null)).size > 1) throw differs(folder)
  } finally {
    over.abort()
    await Promise.all(processes.map((one) => one.stop()))
  }
}

/** Shows what happens, until it is over. Throws `NODE_DEVNET_ENDED`, `NODE_DEVNET_SLOW`. */
async function follow(running: Running): Promise<void> {
  const { devnet, processes, watch, display, over } = running
  await untilReady(running)
  if (over.aborted) return
  display.ready(devnet, processes)
  for (const [index, one] of processes.entries()) {
    void one.ended.then((ending) => over.aborted || display.ended(index, one, ending))
  }
  while (!over.aborted) {
    if (!processes.some(({ isRunning }) => isRunning)) throw ended(devnet.folder)
    const seen = await Promise.all(devnet.places.map(watch.look))
    if (!over.aborted) display.seen(seen)
    await pause(lookEvery, over)
  }
}

async function untilReady({ devnet, processes, watch, over }: Running): Promise<void> {
  const end = systemClock.now() + readyWithin
  while (!over.aborted) {
    const lost = processes.find(({ isRunning }) => !isRunning)
    if (lost !== undefined) throw ended(devnet.folder, lost.place.log)
    const seen = await Promise.all(devnet.places.map(watch.look))
    if (seen.every((one) => one?.isSigning === true)) return
    if (systemClock.now() > end) {
      const { folder } = devnet
      throw new Fault({ code: 'NODE_DEVNET_SLOW', folder }, 'see node.log of each validator there')
    }
    await pause(lookAtStart, over)
  }
}

function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal: over }).catch(() => undefined)
}

function ended(folder: string, log?: string): Fault {
  return new Fault(
    { code: 'NODE_DEVNET_ENDED', folder, ...(log === undefined ? {} : { log }) },
    'a validator that ended says why in its node.log',
  )
}

function differs(folder: string): Fault {
  return new Fault(
    { code: 'NODE_DEVNET_DIFFERS', folder },
    'validators came to different blocks at one height: keep the folder, and report it as a defect',
  )
}

/** Throws `NODE_USAGE` when the two rows overlap. */
function portsOf({ validators, basePort, rpcPort }: DevnetFlags): readonly number[] {
  if (Math.abs(basePort - rpcPort) < validators) {
    throw new Fault(
      {
        code: 'NODE_USAGE',
        reason: `--base-port and --rpc-port are less than ${validators} apart`,
      },
      'each validator takes one port of both rows',
    )
  }
  return [basePort, rpcPort].flatMap((first) =>
    Array.from({ length: validators }, (_, index) => first + index),
  )
}

function countOf(text: string): number {
  const count = Number(text)
  if (/^\d{1,2}$/.test(text) && count >= 1 && count <= 32) return count
  throw new InvalidArgumentError('Give 1 to 32 validators.')
}
