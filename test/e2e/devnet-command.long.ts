/** `pars devnet` as its user meets it: what it prints, refuses, survives and leaves behind. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import { exitCodes } from '../../node/exit-codes.ts'
import { freePorts } from './cluster.ts'
import { assertRefused, Bench, type Command, Node } from './node.ts'
import { noTerminals, Terminal } from './terminal.ts'

interface Ready {
  readonly networkId: string
  readonly chainId: number
  readonly validators: readonly {
    readonly pid: number
    readonly rpc: string
    readonly data: string
  }[]
}

interface Line extends Partial<Ready> {
  readonly seen?: readonly ({ readonly finalized: number; readonly isSigning: boolean } | null)[]
  readonly ended?: { readonly validator: number; readonly pid: number; readonly signal: string }
  readonly isShared?: boolean
  readonly hashes?: readonly (string | null)[]
}

describe('pars devnet', function () {
  this.timeout(180_000)

  const bench = new Bench()
  let folder: string
  let ports: readonly string[]
  let command: Command
  let ready: Ready

  before(async () => {
    folder = bench.path('devnet')
    const first = await freePorts(8)
    ports = ['--base-port', String(first), '--rpc-port', String(first + 4)]
    command = bench.start('devnet', '--dir', folder, ...ports, '--json')
    await command.printed(/"networkId".*\n/)
    ready = lines().find((line): line is Ready => line.validators !== undefined)!
  })
  after(() => bench[Symbol.asyncDispose]())

  function lines(): readonly Line[] {
    const whole = command.stdout.slice(0, command.stdout.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .filter((line) => line.length > 0)
      .map((line) => JSON.parse(line) as Line)
  }

  /** The first line that `found` knows, from those printed already on. */
  async function printed<Found>(found: (line: Line) => Found | undefined): Promise<Found> {
    for (let read = -1; ;) {
      await command.printed(new RegExp(`^(?:.*\n){${read + 2},}`))
      const all = lines()
      for (const line of all) {
        const result = found(line)
        if (result !== undefined) return result
      }
      read = all.length - 1
    }
  }

  it('starts as many processes as it says, which make blocks final together', async () => {
    assert.equal(ready.chainId, 7227)
    assert.equal(ready.validators.length, 4)
    const { rpc } = ready.validators[3]!
    assert.equal(await new Node(command, rpc).ask('pars_networkId'), ready.networkId)
    const seen = await printed(({ seen: all }) =>
      all?.every((one) => (one?.finalized ?? 0) > 0) ? all : undefined,
    )
    assert.ok(seen.every((one) => one?.isSigning))
  })

  it('refuses what would disturb it, and writes nothing for that', async () => {
    const other = bench.path('other')
    const mine = bench.path('mine')
    mkdirSync(mine)
    writeFileSync(path.join(mine, 'genesis.json'), 'mine')
    const free = await freePorts(8)
    const elsewhere = ['--base-port', String(free), '--rpc-port', String(free + 4)]
    const before = configs()
    const refused = [
      [[other, ...ports], exitCodes.address, /NODE_PORT.*EADDRINUSE.*--base-port/],
      [[folder, ...elsewhere], exitCodes.data, /STORE_LOCKED/],
      [[folder, ...elsewhere, '--reset'], exitCodes.data, /STORE_LOCKED/],
      [[folder, ...elsewhere, '--validators', '3'], exitCodes.data, /NODE_DEVNET_SIZE/],
      [[mine, ...elsewhere], exitCodes.data, /NODE_DEVNET_FOLDER/],
      [[mine, ...elsewhere, '--reset'], exitCodes.data, /NODE_DEVNET_FOLDER/],
      [[other, '--base-port', '9000', '--rpc-port', '9003'], exitCodes.usage, /less than 4 apart/],
      [[other, '--validators', '33'], exitCodes.usage, /1 to 32/],
    ] as const
    await Promise.all(
      refused.map(async ([[dir, ...flags], exitCode, pattern]) =>
        assertRefused(await bench.run('devnet', '--dir', dir, ...flags), exitCode, pattern),
      ),
    )
    assert.equal(existsSync(other), false)
    assert.deepEqual(readdirSync(mine), ['genesis.json'])
    assert.deepEqual(configs(), before)
    assert.ok(command.isRunning)
  })

  function configs(): readonly string[] {
    return ready.validators.map(({ data }) => readFileSync(path.join(data, 'config.toml'), 'utf8'))
  }

  it('goes on when somebody kills a validator, and says which', async () => {
    const { pid } = ready.validators[2]!
    process.kill(pid, 'SIGKILL')
    const ended = await printed((line) => line.ended)
    assert.deepEqual(ended, { validator: 2, pid, code: null, signal: 'SIGKILL' })
    await printed(({ seen }) => (seen?.[2] === null ? seen : undefined))
    const before = await head()
    await new Promise<void>((resolve) => {
      const look = async (): Promise<void> => ((await head()) > before ? resolve() : look())
      void look()
    })
    assert.ok(command.isRunning)
  })

  async function head(): Promise<number> {
    return Number(await new Node(command, ready.validators[0]!.rpc).ask('eth_blockNumber'))
  }

  it('says on SIGINT that the heads agree, and leaves nobody running', async () => {
    const { code, stderr } = await command.kill('SIGINT')
    assert.equal(code, exitCodes.success, stderr)
    const { isShared, hashes } = lines().at(-1)!
    assert.equal(isShared, true)
    assert.equal(hashes?.[2], null)
    assert.match(hashes?.[0] ?? '', /^0x[0-9a-f]{64}$/)
    for (const { pid } of ready.validators) assert.throws(() => process.kill(pid, 0))
  })

  it('goes on where it stopped; Ctrl-C at its terminal reaches it before its validators', async function () {
    if (noTerminals !== undefined) this.skip()
    const program = [process.execPath, 'node/cli.ts', 'devnet', '--dir', folder, ...ports]
    await using terminal = await Terminal.open(program, process.cwd(), 80)
    const progress = /^4\/4 validators sign · round \d+ · .*$/m
    await terminal.shows(progress)
    await terminal.press('C-c')
    const screen = await terminal.shows(/^all heads agree at block \d+$/m)
    assert.match(screen, new RegExp(ready.networkId))
    assert.equal(screen.match(/validators sign/g)?.length, 1, screen)
    assert.equal(await terminal.exitCode(), exitCodes.success)
  })

  it('begins anew with --reset, and is followed by its validators when it is killed', async () => {
    command = bench.start('devnet', '--dir', folder, ...ports, '--json', '--reset')
    await command.printed(/"networkId".*\n/)
    const next = lines().find((line): line is Ready => line.validators !== undefined)!
    assert.notEqual(next.networkId, ready.networkId)
    await command.kill('SIGKILL')
    for (const { pid } of next.validators) await untilGone(pid)
  })
})

async function untilGone(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  while (isThere()) await new Promise((resolve) => setTimeout(resolve, 50))
}
