/** The whole node, killed with transactions under way: what it acknowledged is there afterwards. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'

import { hex, unhex } from '#base'
import { openLevel } from '#storage'

import { evictionOf } from '../../chain/pool/journal.ts'
import { audit, blocksOf, replay } from '../chain/engine/audit.ts'
import { accounts, gwei, type NetworkFacts, sign } from '../chain/engine/network.ts'
import { profileOf } from '../chain/engine/rig.ts'
import { Seeded } from '../seeded.ts'
import { factsOf, readGenesis } from './network.ts'
import { Bench, type Node } from './node.ts'

const kills = 20
/** Repeats the transactions of a run, though never its timing. */
const seed = Number(process.env['PARS_SEED'] ?? randomInt(2 ** 31))

interface Placed {
  readonly blockHash: string | null
}

/** What the node's answers promised. */
class Promises {
  readonly acknowledged = new Set<string>()
  /** Block hashes by number, as RPC showed them. */
  readonly blocks = new Map<bigint, string>()
  /** Block hashes by transaction. */
  readonly #places = new Map<string, string>()

  /** Everything that was promised, asked again. Gives the hashes that the node does not know. */
  async check(node: Node): Promise<string[]> {
    const head = BigInt(await node.ask<string>('eth_blockNumber'))
    const shown = [...this.blocks].toSorted(([a], [b]) => Number(a - b))
    assert.ok(head >= (shown.at(-1)?.[0] ?? 0n), 'head went back')
    const blocks = await node.askAll<{ hash: string } | null>(
      shown.map(([number]) => ['eth_getBlockByNumber', `0x${number.toString(16)}`, false]),
    )
    for (const [index, [number, hash]] of shown.entries()) {
      assert.equal(blocks[index]?.hash, hash, `block ${number}`)
    }
    const hashes = [...this.acknowledged]
    const found = await node.askAll<Placed | null>(
      hashes.map((hash) => ['eth_getTransactionByHash', hash]),
    )
    for (const [index, hash] of hashes.entries()) {
      const place = found[index]?.blockHash ?? undefined
      const before = this.#places.get(hash)
      if (before !== undefined) assert.equal(place, before, `${hash} left its block`)
      if (place !== undefined) this.#places.set(hash, place)
    }
    const receipts = await node.askAll<Placed | null>(
      [...this.#places.keys()].map((hash) => ['eth_getTransactionReceipt', hash]),
    )
    assert.deepEqual(
      receipts.map((receipt) => receipt?.blockHash),
      [...this.#places.values()],
    )
    return hashes.filter((_, index) => found[index] === null)
  }
}

interface Load {
  readonly dice: Seeded
  readonly network: NetworkFacts
  readonly promises: Promises
}

/** Sends until the node is gone. */
async function send(node: Node, account: number, load: Load): Promise<never> {
  const { dice, network, promises } = load
  const sender = hex(accounts[account]!.address)
  const next = new Map<bigint, bigint>()
  for (;;) {
    const nonceKey = BigInt(dice.below(3))
    const known =
      next.get(nonceKey) ??
      BigInt(
        await node.ask<string>('pars_getNonce', sender, `0x${nonceKey.toString(16)}`, 'pending'),
      )
    // Some leave a gap, some replace what waits.
    const nonce = known + BigInt(dice.oneIn(6) ? 1 : 0)
    next.set(nonceKey, dice.oneIn(5) ? known : nonce + 1n)
    const { hash, wire } = sign(network, account, {
      nonceKey,
      nonce,
      maxPriorityFeePerGas: BigInt(1 + dice.below(9)) * gwei,
      maxFeePerGas: BigInt(20 + dice.below(90)) * gwei,
    })
    const { result, error } = await node.answer('eth_sendRawTransaction', hex(wire))
    if (error === undefined) {
      assert.equal(result, hex(hash))
      promises.acknowledged.add(hex(hash))
    } else {
      next.delete(nonceKey)
    }
  }
}

async function watch(node: Node, { promises }: Load): Promise<never> {
  for (;;) {
    const block = await node.ask<{ number: string; hash: string }>(
      'eth_getBlockByNumber',
      'latest',
      false,
    )
    promises.blocks.set(BigInt(block.number), block.hash)
  }
}

describe('a node that is killed', function () {
  this.timeout(300_000)

  it(`${kills} times under load loses nothing that it acknowledged (seed ${seed})`, async () => {
    await using bench = new Bench()
    const file = await bench.network('kill')
    const network = factsOf(file)
    const promises = new Promises()
    const load = { dice: new Seeded(seed), network, promises }
    const start = () => bench.node('run', '--genesis', file, '--data', bench.path('data'))
    for (let round = 0; round < kills; round++) {
      const node = await start()
      await promises.check(node)
      const goal = promises.acknowledged.size + load.dice.below(25)
      const senders = [0, 1, 2, 3].map((account) => send(node, account, load))
      const loads = Promise.allSettled([...senders, watch(node, load)])
      while (promises.acknowledged.size < goal) await node.ask('eth_chainId')
      assert.ok(node.command.isRunning, node.command.stderr)
      await node.command.kill('SIGKILL')
      for (const outcome of await loads) {
        // Only the death of the node may end a load.
        if (outcome.status === 'rejected' && outcome.reason instanceof assert.AssertionError) {
          throw outcome.reason
        }
      }
    }
    const node = await start()
    const unknown = await promises.check(node)
    assert.equal((await node.stop()).code, 0)
    const store = await openLevel(bench.path('data', 'chain'))
    try {
      for (const hash of unknown) assert.ok(evictionOf(store, unhex(hash)), `${hash} is lost`)
      await audit(store)
      const blocks = blocksOf(store)
      const mined = blocks.reduce((sum, { transactions }) => sum + transactions.length, 0)
      assert.ok(mined > 0 && unknown.length > 0)
      await replay(blocks, await profileOf(readGenesis(file)))
    } finally {
      await store.close()
    }
  })
})
