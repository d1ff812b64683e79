import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'

import { compare, look } from '../../node/devnet/watch.ts'
import { nodeStatusIn, peersIn } from '../../node/node-answers.ts'

const consensus = {
  epoch: 1,
  author: 0,
  standing: 'signing',
  execution: 'running',
  round: 9,
  committed: 8,
  executed: 7,
  certified: 6,
  finalized: 5,
  sync: null,
  isIdle: true,
  retained: { commits: 8, bytes: 1_000, bytesPerDay: null },
  validators: [{ peer: 'Qm1', isConnected: true, round: 9 }],
}
const status = { role: 'validator', peers: 3, consensus }
const peer = {
  peer: 'Qm1',
  address: '/ip4/127.0.0.1/tcp/1',
  direction: 'inbound',
  isReserved: false,
  client: 'pars/0.1.0',
  head: 7,
}

describe('what a node says of itself', () => {
  it('is read as it is when it is right', () => {
    assert.deepEqual(nodeStatusIn(status), status)
    assert.deepEqual(nodeStatusIn({ role: 'sealer', peers: 0, consensus: null }), {
      role: 'sealer',
      peers: 0,
      consensus: null,
    })
    assert.deepEqual(peersIn([peer]), [peer])
  })

  it('is refused with a code when it is anything else', () => {
    const wrong: readonly unknown[] = [
      null,
      [],
      'validator',
      { ...status, role: 'king' },
      { ...status, peers: -1 },
      { ...status, consensus: undefined },
      { ...status, consensus: { ...consensus, validators: {} } },
      { ...status, consensus: { ...consensus, validators: [null] } },
      { ...status, consensus: { ...consensus, standing: 7 } },
      { ...status, consensus: { ...consensus, retained: { ...consensus.retained, bytes: 'x' } } },
    ]
    for (const value of wrong) assert.throws(() => nodeStatusIn(value), { code: 'NODE_ANSWER' })
    for (const value of [null, {}, [null], [{ ...peer, head: '0x7' }], [{ ...peer, client: 1 }]]) {
      assert.throws(() => peersIn(value), { code: 'NODE_ANSWER' })
    }
  })

  it('reaches a terminal without what steers it', () => {
    const steering = '\u001B[2Jpars\u0007\u009B31m\r'
    const [found] = peersIn([{ ...peer, client: steering, peer: steering, address: steering }])
    const shown = [found?.client, found?.peer, found?.address]
    const { consensus: read } = nodeStatusIn({
      ...status,
      consensus: { ...consensus, standing: steering, execution: steering },
    })
    for (const text of [...shown, read?.standing, read?.execution]) {
      assert.match(text ?? '', /^pars[ \w]*$/)
    }
  })
})

describe('the watch over a devnet', () => {
  let server: Server
  let answers: readonly unknown[]
  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume()
      response.end(JSON.stringify(answers.map((result, id) => ({ jsonrpc: '2.0', id, result }))))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => server.close())

  function place() {
    const rpc = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { data: '', config: '', log: '', rpc }
  }

  it('takes a validator whose answers make no sense for one that does not answer', async () => {
    answers = [status, '0x7']
    assert.equal((await look(place()))?.head, 7)
    for (const nonsense of [
      [null, '0x7'],
      [{ ...status, consensus: { round: 1 } }, '0x7'],
      [status, '7'],
    ]) {
      answers = nonsense
      assert.equal(await look(place()), undefined)
    }
    // To the question after the head, too.
    answers = [status, '0x7']
    assert.deepEqual((await compare([place()])).hashes, [null])
  })
})
