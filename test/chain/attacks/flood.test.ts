import assert from 'node:assert/strict'

import { limits } from '../../../chain/pool/limits.ts'
import { Wallet } from '../pars/wallet.ts'
import { Attack, clients, flood, FloodedNode } from './flood.ts'

/** How much is offered; a million by PARS_FLOOD=1000000. */
const total = Number(process.env['PARS_FLOOD'] ?? 100_000)
const perRound = Math.max(10_000, total / 25)

describe(`a flood of ${total} transactions from ${clients} clients`, function () {
  this.timeout(600_000)
  const honest = new Wallet('honest')
  const attackers = Array.from({ length: 20 }, (_, index) => new Wallet(`attacker ${index}`))
  const poor = Array.from({ length: 20 }, (_, index) => new Wallet(`poor ${index}`))

  it('costs what the limits say, and an honest transaction is in one of the next two blocks', async () => {
    const node = await FloodedNode.open([honest, ...attackers])
    const attack = new Attack(node, attackers, poor)
    const report = await flood(node, attack, { honest, total, perRound })
    const { most, answers } = node
    assert.equal(report.offered, total)
    assert.equal(report.delays.length, report.rounds)
    assert(Math.max(...report.delays) <= 2, `sealed after ${Math.max(...report.delays)} blocks`)
    // Each of the others has one turn before the honest one has its own.
    for (const wait of report.waits) assert(wait >= 0 && wait <= clients + node.verifier.width)

    const entered = total - (answers.get('POOL_RATE') ?? 0) + report.rounds
    const { value: burst } = limits.clientBurst
    const allowed = clients * (burst + limits.clientRate.value * report.rounds)
    assert(entered <= allowed + report.rounds, 'rates hold')
    assert(node.verified < entered * 0.75, 'replays, underfunded and far gaps cost no verification')
    assert.equal(most.running, node.verifier.width)
    assert(most.waiting <= limits.verificationQueue.value + 7)
    assert(most.bytes <= limits.bytes.value)
    assert(most.size <= attackers.length * limits.transactionsPerSender.value + 2)
    for (const code of ['TX_BAD_SIGNATURE', 'TX_UNFUNDED', 'TX_NONCE_GAP', 'TX_RLP']) {
      assert((answers.get(code) ?? 0) > 0, `${code} was met`)
    }
    await node.close()
  })

  it('ends with the first forgery of each peer, and bans none for what state rules out', async () => {
    const node = await FloodedNode.open([honest, ...attackers])
    const attack = new Attack(node, attackers, poor)
    const forgers = Array.from({ length: 50 }, (_, index) => `forger ${index}`)
    const others = Array.from({ length: 50 }, (_, index) => `other ${index}`)
    const offers = forgers.flatMap((id) =>
      Array.from({ length: 100 }, () =>
        node.offer({ wire: attack.next('twin'), source: { kind: 'peer', id } }),
      ),
    )
    for (const id of others) {
      for (const kind of ['underfunded', 'gap', 'lane'] as const) {
        offers.push(node.offer({ wire: attack.next(kind), source: { kind: 'peer', id } }))
      }
    }
    const wire = node.sign(honest)
    const accepted = node.offer({ wire, source: { kind: 'peer', id: 'honest' } })
    await Promise.all(offers)
    assert(await accepted)
    assert.deepEqual([...node.banned].toSorted(), forgers.toSorted())
    const forgeries = node.answers.get('TX_BAD_SIGNATURE') ?? 0
    assert(forgeries <= forgers.length + node.verifier.width, `${forgeries} looked at`)
    await node.close()
  })
})
