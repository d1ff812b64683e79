import assert from 'node:assert/strict'

import { Wallet } from '../pars/wallet.ts'
import { campaign, excesses } from './campaign.ts'
import { Attack, clients, FloodedNode } from './flood.ts'

/** How much is offered; scripts/flood.ts offers a million. */
const total = 100_000
const perRound = 25_000

describe(`a flood of ${total} transactions from ${clients} clients`, function () {
  this.timeout(600_000)
  const honest = new Wallet('honest')
  const attackers = Array.from({ length: 20 }, (_, index) => new Wallet(`attacker ${index}`))
  const poor = Array.from({ length: 20 }, (_, index) => new Wallet(`poor ${index}`))

  it('costs what the limits say, and an honest transaction is in one of the next two blocks', async () => {
    const report = await campaign(total, perRound)
    assert.equal(report.offered, total)
    assert.equal(report.delays.length, report.rounds)
    assert.deepEqual(excesses(report), [])
    assert(report.waits.every((wait) => wait >= 0))
    assert.equal(report.most.running, report.width)
    for (const code of ['POOL_RATE', 'TX_BAD_SIGNATURE', 'TX_UNFUNDED', 'TX_NONCE_GAP', 'TX_RLP']) {
      assert((report.answers.get(code) ?? 0) > 0, `${code} was met`)
    }
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
