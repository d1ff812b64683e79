import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { Hardfork } from '@ethereumjs/common'
import { Address } from '@ethereumjs/util'

import { concat, fixed, unhex, utf8 } from '#base'

import type { FrameEnd, FrameStart, Step, Tracer } from '../../../chain/evm/index.ts'
import type { LogEntry } from '../../../chain/port.ts'
import { ethereumRules } from '../../ethereum/forks.ts'
import { execute, type StateTest } from '../../ethereum/state-tests.ts'
import {
  contract,
  ether,
  forwarded,
  forwarder,
  plugin,
  stateful,
  user,
  wordOf,
  worldOf,
  type World,
} from './world.ts'

const root = path.join(
  process.env['PARS_VECTORS'] ?? path.join(import.meta.dirname, '../../../../shared/vectors'),
  'statetests',
)

interface Recording {
  readonly tracer: Tracer
  readonly starts: FrameStart[]
  readonly ends: FrameEnd[]
  readonly steps: Step[]
  readonly logs: LogEntry[]
  /** Frames that began and did not end. */
  open: number
}

function record(): Recording {
  const recording: Recording = {
    starts: [],
    ends: [],
    steps: [],
    logs: [],
    open: 0,
    tracer: {
      steps: {
        wantsStack: true,
        wantsMemory: true,
        step: (step) => {
          recording.steps.push(step)
        },
      },
      enter(start) {
        assert.equal(start.depth, recording.open)
        recording.open++
        recording.starts.push({ ...start, input: start.input.slice() })
      },
      exit(end) {
        recording.open--
        recording.ends.push(end)
      },
      log: (log) => {
        recording.logs.push(log)
      },
    },
  }
  return recording
}

function comparable({ steps }: Recording): unknown[] {
  return steps.map((step) => ({
    ...step,
    address: new Address(step.address).toString(),
    memory: step.memory.toHex(),
    returnData: step.returnData.toHex(),
  }))
}

const reverted = 'execution reverted'
const kinds = ({ starts }: Recording): string[] => starts.map(({ kind }) => kind)
const failures = ({ ends }: Recording): (string | undefined)[] => ends.map(({ failure }) => failure)

async function traced(world: World, ...call: Parameters<World['call']>) {
  const recording = record()
  world.executor.evm.tracer = recording.tracer
  const { execResult } = await world.call(...call)
  world.executor.evm.tracer = undefined
  assert.equal(recording.open, 0)
  return { recording, execResult }
}

describe('a tracer on the GeneralStateTests', function () {
  this.timeout(120_000)
  const forks = [Hardfork.Cancun, Hardfork.Osaka]
  const exclude = ['VMTests/vmPerformance/**']

  before(function () {
    if (!existsSync(root)) {
      process.stdout.write(`pending: no vectors at ${root}, set PARS_VECTORS\n`)
      this.skip()
    }
  })

  it('changes nothing, and sees what the stock interpreter tells', async () => {
    const files = globSync('**/*.json', { cwd: root, exclude }).filter((_, at) => at % 16 === 0)
    let compared = 0
    for (const file of files) {
      const tests = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<
        string,
        StateTest
      >
      for (const [name, test] of Object.entries(tests)) {
        const entry = test.post['Cancun']?.at(-1)
        if (entry === undefined) continue
        for (const fork of forks) {
          const rules = ethereumRules(1n, fork)
          const ours = record()
          const plain = await execute(test, entry, rules)
          assert.deepEqual(await execute(test, entry, rules, { tracer: ours.tracer }), plain, name)
          assert.equal(ours.open, 0)
          const stock = record()
          await execute(test, entry, rules, { tracer: stock.tracer, stock: true })
          // Of the operation at which a frame halts, stock code tells no price.
          if (failures(ours).some((words) => words !== undefined && words !== reverted)) continue
          assert.deepEqual(comparable(ours), comparable(stock), `${name} under ${fork}`)
          compared += ours.steps.length
        }
      }
    }
    assert.ok(compared > 2000, `${compared} steps`)
  })

  it('changes nothing before Cancun either', async () => {
    const [file] = globSync('stCallCodes/*.json', { cwd: root })
    assert.ok(file !== undefined)
    const tests = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<
      string,
      StateTest
    >
    let steps = 0
    for (const [name, test] of Object.entries(tests)) {
      for (const fork of [Hardfork.Byzantium, Hardfork.Berlin, Hardfork.Shanghai]) {
        const entry = test.post['Cancun']?.at(0)
        if (entry === undefined) continue
        const rules = ethereumRules(1n, fork)
        const { tracer, ...seen } = record()
        const plain = await execute(test, entry, rules)
        assert.deepEqual(await execute(test, entry, rules, { tracer }), plain, name)
        steps += seen.steps.length
      }
    }
    assert.ok(steps > 0)
  })
})

describe('a tracer', () => {
  it('is told each operation with its price, the gas that a call hands on included', async () => {
    const target = new Address(new Uint8Array(20).fill(0xaa))
    const world = await worldOf({
      code: [
        // PUSH0 ×5, PUSH20 target, PUSH2 1000, CALL, POP
        [contract, concat(unhex('0x5f5f5f5f5f73'), target.bytes, unhex('0x6103e8f150'))],
        // SSTORE(1, 2), and the end of code
        [target, unhex('0x6002600155')],
      ],
    })
    const { recording } = await traced(world, contract, undefined, { gasLimit: 100_000n })
    const { steps } = recording
    const call = steps.find(({ op }) => op === 0xf1)
    assert.equal(call?.cost, 2600n + 1000n)
    assert.equal(call?.depth, 1)
    assert.deepEqual(call?.stack.slice(-1), [1000n])
    const store = steps.find(({ op }) => op === 0x55)
    // Above the sentry of EIP-2200 there has to be more than 2300 gas: 1000 - 6 are not enough.
    assert.equal(store?.failure, 'out of gas')
    assert.deepEqual(failures(recording), ['out of gas', undefined])
    // Running off the end of code is a STOP.
    assert.deepEqual([steps.at(-1)?.op, steps.at(-1)?.cost], [0, 0n])
    const [first, second] = steps
    assert.equal((first?.gas ?? 0n) - (second?.gas ?? 0n), first?.cost)
  })

  it('is told what SLOAD found and SSTORE left, and the refund after it', async () => {
    const world = await worldOf({ code: [[contract, unhex('0x6007600155600154505f600155')]] })
    const { recording } = await traced(world, contract)
    const touching = recording.steps.filter(({ storage }) => storage !== undefined)
    assert.deepEqual(
      touching.map(({ storage, refund }) => [storage?.slot, storage?.value, refund]),
      [
        [1n, 7n, 0n],
        [1n, 7n, 0n],
        [1n, 0n, 19_900n],
      ],
    )
  })

  it('is told each operation once, though its state arrives late', async () => {
    const code = unhex('0x6007600155600154505f600155')
    const late = await worldOf({ late: true, code: [[contract, code]] })
    const early = await worldOf({ code: [[contract, code]] })
    const [ours, theirs] = [await traced(late, contract), await traced(early, contract)]
    assert.deepEqual(comparable(ours.recording), comparable(theirs.recording))
  })

  it('names the instruction that began a frame', async () => {
    for (const kind of ['call', 'callcode', 'delegatecall', 'staticcall'] as const) {
      const target = new Address(new Uint8Array(20).fill(0xaa))
      const world = await worldOf({
        code: [
          [contract, forwarder(kind, target)],
          [target, unhex('0x5f5ff3')],
        ],
      })
      const { recording } = await traced(world, contract, utf8('data'), { value: 3n })
      assert.deepEqual(kinds(recording), ['CALL', kind.toUpperCase()])
      const inner = recording.starts[1]
      assert.deepEqual(inner?.from, contract.bytes)
      assert.deepEqual(inner?.to, target.bytes)
      assert.deepEqual(inner?.input, utf8('data'))
      const given = { call: 0n, callcode: 0n, delegatecall: 3n, staticcall: undefined }
      assert.equal(inner?.value, given[kind])
    }
  })

  it('sees calls and creations that are not to happen', async () => {
    const poor = forwarder('call', user, 3n * ether)
    const world = await worldOf({ code: [[contract, poor]] })
    const { recording } = await traced(world, contract)
    assert.deepEqual(kinds(recording), ['CALL', 'CALL'])
    assert.deepEqual(failures(recording), ['insufficient balance for transfer', undefined])
    // CREATE(3 ether, 0, 0)
    const creator = concat(unhex('0x5f5f67'), fixed(3n * ether, 8), unhex('0xf000'))
    const other = await traced(await worldOf({ code: [[contract, creator]] }), contract)
    assert.deepEqual(kinds(other.recording), ['CALL', 'CREATE'])
    assert.deepEqual(failures(other.recording)[0], 'insufficient balance for transfer')
  })

  it('sees creations with their accounts, and SELFDESTRUCT as a frame', async () => {
    // CREATE of code that is: SELFDESTRUCT(caller) as init code.
    const creator = unhex('0x6133ff5f526002601e6005f000')
    const { recording } = await traced(await worldOf({ code: [[contract, creator]] }), contract)
    assert.deepEqual(kinds(recording), ['CALL', 'CREATE', 'SELFDESTRUCT'])
    const [destroyed, created] = recording.ends
    assert.equal(destroyed?.gasUsed, 0n)
    assert.equal(created?.created?.length, 20)
    assert.deepEqual(recording.starts[2]?.from, created?.created)
    assert.deepEqual(recording.starts[2]?.to, contract.bytes)
    assert.equal(recording.starts[2]?.value, 5n)
  })

  it('does not change what becomes of code that begins with 0xef00', async () => {
    // CREATE with the init code ef00
    const code = unhex('0x61ef005f526002601e5ff05f5260205ff3')
    const plain = await (await worldOf({ code: [[contract, code]] })).call(contract)
    const { execResult, recording } = await traced(
      await worldOf({ code: [[contract, code]] }),
      contract,
    )
    assert.equal(execResult.executionGasUsed, plain.execResult.executionGasUsed)
    assert.deepEqual(execResult.returnValue, plain.execResult.returnValue)
    assert.match(failures(recording)[0] ?? '', /^invalid opcode: opcode 0xef not defined$/)
  })

  it('is told why frames halted, in the words of Ethereum', async () => {
    const cases: readonly (readonly [code: `0x${string}`, words: string])[] = [
      ['0x01', 'stack underflow (0 <=> 2)'],
      ['0xfe', 'invalid opcode: INVALID'],
      ['0x600156', 'invalid jump destination'],
      ['0x60015f5f3e', 'return data out of bounds'],
      ['0x5f5ffd', 'execution reverted'],
      ['0x5b5f56', 'out of gas'],
    ]
    for (const [code, words] of cases) {
      const world = await worldOf({ code: [[contract, unhex(code)]] })
      const { recording } = await traced(world, contract, undefined, { gasLimit: 10_000n })
      assert.deepEqual(failures(recording), [words])
    }
    const writer = new Address(new Uint8Array(20).fill(0xaa))
    const world = await worldOf({
      code: [
        [contract, forwarder('staticcall', writer)],
        [writer, unhex('0x5f5f55')],
      ],
    })
    const { recording } = await traced(world, contract)
    assert.deepEqual(failures(recording), ['write protection', undefined])
  })

  it('sees plugins and built-in precompiles as frames, and payments as frames within', async () => {
    const payee = new Uint8Array(20).fill(0x77)
    const paying = stateful((_, view) => {
      view.pay(payee, 9n)
      view.emit([wordOf(1n)], utf8('paid'))
      return utf8('done')
    })
    const world = await worldOf({
      plugins: [paying],
      code: [[contract, forwarder('call', plugin)]],
    })
    const { recording, execResult } = await traced(world, contract)
    assert.ok(forwarded({ execResult }).succeeded)
    assert.deepEqual(kinds(recording), ['CALL', 'CALL', 'CALL'])
    const [, , payment] = recording.starts
    assert.deepEqual(
      [payment?.from, payment?.to, payment?.value, payment?.depth],
      [plugin.bytes, payee, 9n, 2],
    )
    assert.deepEqual(
      recording.logs.map(({ data }) => data.length),
      [64, 4],
    )
    const identity = new Address(fixed(4, 20))
    const other = await worldOf({ code: [[contract, forwarder('staticcall', identity)]] })
    const copied = await traced(other, contract, utf8('same'))
    assert.deepEqual(copied.recording.ends[0]?.output, utf8('same'))
    assert.equal(copied.recording.ends[0]?.gasUsed, 18n)
  })

  it('ends the run by throwing', async () => {
    const world = await worldOf({ code: [[contract, unhex('0x5b5f56')]] })
    world.executor.evm.tracer = {
      steps: {
        wantsStack: false,
        wantsMemory: false,
        step() {
          throw new TypeError('enough')
        },
      },
    }
    await assert.rejects(world.call(contract), { message: 'enough' })
  })
})
