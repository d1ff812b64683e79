import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { decodeFunctionResult, encodeFunctionData } from 'viem'

import { concat, equal, fixed, hex, isFault, toBigInt, unhex, utf8 } from '#base'
import { addressOfKey, keccak256, keyHash, mlDsa, type SigningKey } from '#crypto'
import {
  type CallContext,
  callInMemory,
  discover,
  MemoryState,
  type Outcome,
  type PrecompileView,
} from '#precompiles'
import { recordSlots, slotPreimage } from '#protocol'

import { keyTable } from '../../precompiles/accounts/authority.ts'
import { field } from '../../precompiles/accounts/record.ts'
import { abi } from '../../scripts/vectors/account-calls.ts'

const registry = (await discover()).find(({ name }) => name === 'accounts')!
const networkId = new Uint8Array(32).fill(0x47)
const T = 1_700_000_000n
const day = 86_400n

function keyFrom(seed: number): SigningKey {
  return mlDsa(0x44).fromSeed(new Uint8Array(32).fill(seed))
}

const owner = keyFrom(1)
const recovery = keyFrom(2)
const renewed = keyFrom(3)
const stolen = Array.from({ length: 8 }, (_, index) => keyFrom(10 + index))
const account = addressOfKey(0x44, owner.publicKey)
const hashOf = (key: SigningKey): Uint8Array => keyHash(0x44, key.publicKey)

type Encode = typeof encodeFunctionData<typeof abi>
const encode = (...call: Parameters<Encode>): Uint8Array => unhex(encodeFunctionData(...call))

/** One registry, called as the account's holder and as anyone. */
class World {
  readonly state = new MemoryState()
  now = T

  call(input: Uint8Array, changes: Partial<CallContext> = {}): Outcome {
    const context = { caller: account, origin: account, networkId, timestamp: this.now, ...changes }
    return callInMemory(registry, input, this.state, context)
  }

  word(index: bigint): Uint8Array {
    const slot = keccak256(slotPreimage(account, index)).toHex()
    return this.state.storage.get(slot) ?? new Uint8Array(32)
  }

  get changes(): bigint {
    return toBigInt(this.word(field.changes))
  }

  sign(key: SigningKey, action: 'rotate' | 'recover', newKey: SigningKey): Uint8Array {
    const change = concat(networkId, account, fixed(this.changes, 32), hashOf(newKey))
    return key.sign(keccak256(concat(utf8(action), change)), 'pars-key-v1')
  }

  register(): Outcome {
    const envelope = { algorithm: 0x44, key: owner.publicKey }
    return this.call(encode({ abi, functionName: 'register' }), { envelope })
  }

  rotate(to: SigningKey): Outcome {
    const args = [0x44, hex(to.publicKey), hex(this.sign(to, 'rotate', to))] as const
    return this.call(encode({ abi, functionName: 'rotate', args }))
  }

  setRecovery(to: Uint8Array, delay: bigint): Outcome {
    return this.call(encode({ abi, functionName: 'setRecovery', args: [hex(to), delay] }))
  }

  startRecovery(): Outcome {
    const args = [
      hex(account),
      0x44,
      hex(renewed.publicKey),
      hex(this.sign(renewed, 'rotate', renewed)),
      0x44,
      hex(recovery.publicKey),
      hex(this.sign(recovery, 'recover', renewed)),
    ] as const
    return this.call(encode({ abi, functionName: 'startRecovery', args }), { depth: 1 })
  }

  cancelRecovery(): Outcome {
    return this.call(encode({ abi, functionName: 'cancelRecovery' }))
  }

  finishRecovery(): Outcome {
    return this.call(encode({ abi, functionName: 'finishRecovery', args: [hex(account)] }))
  }
}

type ThiefMove = 'cancel' | 'wait' | { rotateTo: number } | { takeRecovery: bigint }

const thiefMove: fc.Arbitrary<ThiefMove> = fc.oneof(
  fc.constant('cancel' as const),
  fc.constant('wait' as const),
  fc.nat(stolen.length - 1).map((index) => ({ rotateTo: index })),
  fc.bigInt({ min: 1n, max: 365n }).map((days) => ({ takeRecovery: days * day })),
)

function steal(world: World, move: ThiefMove): void {
  if (move === 'wait') return
  if (move === 'cancel') world.cancelRecovery()
  else if ('rotateTo' in move) world.rotate(stolen[move.rotateTo]!)
  else world.setRecovery(hashOf(stolen[0]!), move.takeRecovery)
}

describe('the account registry without a key table', () => {
  it('says what it lacks: whoever gives a plugin its view forgot the table', () => {
    const view = { keys: undefined } as PrecompileView
    assert.throws(() => keyTable(view), { code: 'PRECOMPILE_NO_KEY_TABLE' })
  })
})

describe('the account registry', () => {
  it('keeps its record where the protocol looks for it', () => {
    assert.equal(recordSlots.keyHash, field.keyHash)
    assert.equal(recordSlots.changes, field.changes)
    const world = new World()
    world.register()
    assert.deepEqual(world.word(recordSlots.keyHash), hashOf(owner))
  })

  it('gives the account to the recovery key, whatever a thief with the account key does', () => {
    const delay = 3n * day
    const round = fc.record({
      wait: fc.integer({ min: 1, max: 4 * 86_400 }),
      before: fc.array(thiefMove, { maxLength: 3 }),
      after: fc.array(thiefMove, { maxLength: 3 }),
    })
    const rounds = fc.array(round, { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(rounds, (moves) => {
        const world = new World()
        world.register()
        assert.equal(world.setRecovery(hashOf(recovery), delay).status, 'returned')
        for (const { wait, before, after } of moves) {
          for (const move of before) steal(world, move)
          world.startRecovery()
          world.finishRecovery()
          if (equal(world.word(field.keyHash), hashOf(renewed))) return
          for (const move of after) steal(world, move)
          world.now += BigInt(wait)
        }
        // Three delays and, after each, at most one round until the owner moves again.
        assert.ok(world.now - T <= 7n * delay + 3n * 4n * day, 'the thief still has the account')
      }),
      { numRuns: 60 },
    )
  }).timeout(30_000)

  it('never has a record without its key, whatever is called with whatever gas', () => {
    const step = fc.record({
      act: fc.constantFrom('register', 'rotate', 'setRecovery', 'start', 'cancel', 'finish'),
      gasLimit: fc.oneof(fc.constant(16_000_000n), fc.bigInt({ min: 0n, max: 500_000n })),
      wait: fc.integer({ min: 0, max: 3 * 86_400 }),
      index: fc.nat(stolen.length - 1),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const world = new World()
        const original = world.call.bind(world)
        for (const { act, gasLimit, wait, index } of steps) {
          world.now += BigInt(wait)
          world.call = (input, changes) => original(input, { ...changes, gasLimit })
          if (act === 'register') world.register()
          else if (act === 'rotate') world.rotate(stolen[index]!)
          else if (act === 'setRecovery') world.setRecovery(hashOf(recovery), day)
          else if (act === 'start') world.startRecovery()
          else if (act === 'cancel') world.cancelRecovery()
          else world.finishRecovery()
          for (const named of [world.word(field.keyHash), world.word(field.pendingKeyHash)]) {
            const known = toBigInt(named) === 0n || world.state.keys.has(named.toHex())
            assert.ok(known, 'a record without its key')
          }
        }
      }),
      { numRuns: 150 },
    )
  }).timeout(30_000)

  it('lets nobody but the sender of the transaction, called directly, touch a key', () => {
    const world = new World()
    world.register()
    world.setRecovery(hashOf(recovery), day)
    world.startRecovery()
    const proof = hex(world.sign(stolen[0]!, 'rotate', stolen[0]!))
    const calls = [
      encode({ abi, functionName: 'register' }),
      encode({
        abi,
        functionName: 'rotate',
        args: [0x44, hex(stolen[0]!.publicKey), proof],
      }),
      encode({ abi, functionName: 'setRecovery', args: [hex(hashOf(recovery)), day] }),
      encode({ abi, functionName: 'cancelRecovery' }),
    ]
    const indirect: readonly Partial<CallContext>[] = [
      { depth: 1 },
      { depth: 1, caller: account, origin: account },
      { origin: new Uint8Array(20) },
      { isStatic: true },
    ]
    const before = new Map(world.state.storage)
    for (const input of calls) {
      for (const changes of indirect) {
        const outcome = world.call(input, changes)
        assert.equal(outcome.status, 'reverted')
        assert.equal(outcome.reason, 'accounts: not a direct call')
      }
    }
    assert.deepEqual(world.state.storage, before)
  })

  it('rotates an account that registered nothing', () => {
    const world = new World()
    assert.equal(world.rotate(stolen[0]!).status, 'returned')
    assert.deepEqual(world.word(field.keyHash), hashOf(stolen[0]!))
    assert.equal(world.changes, 1n)
  })

  it('binds every signature to the network, the account and the change', () => {
    const signed = new World()
    const args = [
      0x44,
      hex(renewed.publicKey),
      hex(signed.sign(renewed, 'rotate', renewed)),
    ] as const
    const input = encode({ abi, functionName: 'rotate', args })
    const elsewhere: readonly Partial<CallContext>[] = [
      { networkId: new Uint8Array(32).fill(0x48) },
      {
        caller: addressOfKey(0x44, recovery.publicKey),
        origin: addressOfKey(0x44, recovery.publicKey),
      },
    ]
    for (const changes of elsewhere) {
      const outcome = new World().call(input, changes)
      assert.equal(outcome.status, 'reverted')
      assert.equal(outcome.reason, 'accounts: proof of possession fails')
    }
    assert.equal(signed.call(input).status, 'returned')
    const again = signed.call(input)
    assert.equal(again.status, 'reverted')
  })

  it('names the fault of a node that lost the key of a record', () => {
    const world = new World()
    world.register()
    world.state.keys.clear()
    const args = [hex(account), hex(new Uint8Array(32)), '0x'] as const
    const input = encode({ abi, functionName: 'verify', args })
    assert.throws(
      () => world.call(input),
      (error) => isFault(error, 'STATE_MISSING_BYTES'),
    )
  })

  it('verifies under the foreign context alone', () => {
    const world = new World()
    world.register()
    const hash = new Uint8Array(32).fill(9)
    const message = concat(networkId, hash)
    const ask = (signature: Uint8Array): boolean => {
      const args = [hex(account), hex(hash), hex(signature)] as const
      const outcome = world.call(encode({ abi, functionName: 'verify', args }), { isStatic: true })
      assert.equal(outcome.status, 'returned')
      return decodeFunctionResult({ abi, functionName: 'verify', data: hex(outcome.output) })
    }
    assert.equal(ask(owner.sign(message, 'pars-712-v1')), true)
    assert.equal(ask(owner.sign(message, 'pars-tx-v1')), false)
    assert.equal(ask(owner.sign(hash, 'pars-712-v1')), false)
    assert.equal(ask(new Uint8Array(0)), false)
  })

  it('halts on value, in every function', () => {
    const world = new World()
    for (const entry of registry.abi as readonly { type: string; name: string }[]) {
      if (entry.type !== 'function') continue
      const selector = keccak256(utf8(signatureOf(entry.name))).subarray(0, 4)
      const outcome = world.call(concat(selector, new Uint8Array(64)), { value: 1n })
      assert.equal(outcome.status, 'halted', entry.name)
      assert.equal(outcome.reason, 'not payable', entry.name)
    }
  })
})

function signatureOf(name: string): string {
  const entry = abi.find((candidate) => candidate.name === name)
  assert.ok(entry)
  return `${name}(${entry.inputs.map(({ type }) => type).join(',')})`
}
