import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContextOptions,
  TLSSocket,
} from 'node:tls'

import { NodeKey } from '#network'

import { systemRandom } from '../../node/random.ts'
import { codeOf, statusOf, TestNode } from './nodes.ts'
import {
  chainCredentials,
  goodCredentials,
  listen,
  multistream,
  portOf,
  RawSocket,
  strict,
  weakCredentials,
} from './raw-peer.ts'

describe('handshake of a live node', () => {
  let node: TestNode

  beforeEach(async () => {
    node = await TestNode.start()
  })

  afterEach(async () => {
    // Whatever was refused, the node goes on.
    await using friend = await TestNode.start()
    assert.equal(await friend.network.dial(node.address), node.peer)
    assert.deepEqual(node.bans, [])
    await node[Symbol.asyncDispose]()
  })

  const ecdsa = 'mldsa65:ecdsa_secp256r1_sha256'
  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ecdhCurve: 'X25519' } as const
  const inTls: readonly (readonly [string, ConnectionOptions])[] = [
    ['that offers X25519 alone', { ...goodCredentials(), ecdhCurve: 'X25519' }],
    ['of TLS 1.2', { ...goodCredentials(), ...old, sigalgs: ecdsa }],
  ]
  for (const [what, options] of inTls) {
    it(`ends by an alert with a client ${what}`, async () => {
      const raw = await RawSocket.to(node.port)
      const secured = await raw.secure(options)
      const [alert] = (await once(secured, 'error')) as [Error]
      assert.match(alert.message, /alert (?:handshake failure|protocol version)/)
      await raw.closed
      assert.deepEqual(node.connected, [])
    })
  }

  /** OpenSSL completes these: what ends them is the look at the certificate. */
  const afterTls: readonly (readonly [string, ConnectionOptions])[] = [
    ['without a certificate', {}],
    ['with a certificate of ML-DSA-44', weakCredentials()],
    ['with a chain of certificates', chainCredentials()],
  ]
  for (const [what, options] of afterTls) {
    it(`ends after TLS with a client ${what}`, async () => {
      const raw = await RawSocket.to(node.port)
      const secured = await raw.secure(options)
      await once(secured, 'secureConnect')
      await raw.closed
      assert.deepEqual(node.network.peers(), [])
      assert.deepEqual(node.connected, [])
    })
  }

  it('completes with a client that also offers a classical group, on the hybrid one', async () => {
    const raw = await RawSocket.to(node.port)
    const secured = await raw.secure({
      ...goodCredentials(),
      ecdhCurve: 'X25519:X25519MLKEM768',
    })
    await once(secured, 'secureConnect')
    assert.deepEqual(
      { ...secured.getEphemeralKeyInfo() },
      { type: 'TLSGroup', name: 'X25519MLKEM768', size: undefined },
    )
    secured.destroy()
  })

  it('resumes no session', async () => {
    const credentials = goodCredentials()
    const first = await (await RawSocket.to(node.port)).secure(credentials)
    const session = once(first, 'session')
    await once(first, 'secureConnect')
    first.on('data', () => {})
    first.write(multistream('/multistream/1.0.0'))
    const [ticket] = (await session) as [Buffer]
    first.destroy()
    const again = await RawSocket.to(node.port)
    const second = await again.secure({ ...credentials, session: ticket })
    await once(second, 'secureConnect')
    assert.equal(second.isSessionReused(), false)
    second.destroy()
  })

  it('refuses classical libp2p and plaintext by name, and closes on whoever agrees to nothing', async () => {
    const silent = await RawSocket.to(node.port)
    const protocols = ['/noise', '/tls/1.0.0', '/plaintext/2.0.0']
    await Promise.all(
      protocols.map(async (protocol) => {
        const raw = await RawSocket.to(node.port)
        raw.socket.write(multistream('/multistream/1.0.0', protocol))
        await raw.hears('na\n')
        await raw.closed
        assert.ok(!raw.received.includes(protocol))
      }),
    )
    await silent.closed
    assert.deepEqual(node.connected, [])
  })

  it('ends with a peer that speaks plaintext where TLS belongs', async () => {
    const raw = await RawSocket.to(node.port)
    raw.socket.write(multistream('/multistream/1.0.0', '/pars/tls/1'))
    await raw.hears('/pars/tls/1\n')
    raw.socket.write(multistream('/multistream/1.0.0', '/yamux/1.0.0'))
    await raw.closed
    assert.deepEqual(node.connected, [])
  })

  it('fails when another PeerId answers than the one that was dialled', async () => {
    const other = NodeKey.generate(systemRandom).peerId.toString()
    await using dialler = await TestNode.start()
    const address = node.address.replace(node.peer, other)
    await assert.rejects(dialler.network.dial(address), (error: Error) => {
      assert.equal(codeOf(error), 'NETWORK_DIAL')
      assert.match(error.message, new RegExp(`reached ${node.peer} instead of ${other}`))
      return true
    })
    assert.deepEqual(dialler.network.peers(), [])
    assert.deepEqual(node.connected, [])
  })

  it('needs a PeerId in the address', async () => {
    const address = node.address.replace(`/p2p/${node.peer}`, '')
    await assert.rejects(node.network.dial(address), { code: 'NETWORK_ADDRESS' })
  })

  it('ends without a ban when the peer is of another network', async () => {
    const networkId = new Uint8Array(32).fill(8)
    await using stranger = await TestNode.start({ status: () => statusOf({ networkId }) })
    await assert.rejects(stranger.network.dial(node.address), { code: 'NETWORK_DIAL' })
    await assert.rejects(node.network.dial(stranger.address), { code: 'NETWORK_DIAL' })
    assert.deepEqual([...node.connected, ...stranger.connected], [])
    assert.deepEqual([...node.bans, ...stranger.bans], [])
  })

  it('ends without a ban when the chain id differs', async () => {
    await using stranger = await TestNode.start({ status: () => statusOf({ chainId: 1 }) })
    await assert.rejects(stranger.network.dial(node.address), { code: 'NETWORK_DIAL' })
    assert.deepEqual([...node.connected, ...node.bans], [])
  })
})

describe('dialling a listener that is no Pars node', () => {
  let node: TestNode
  const someone = NodeKey.generate(systemRandom)

  beforeEach(async () => {
    node = await TestNode.start()
  })

  afterEach(() => node[Symbol.asyncDispose]())

  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ecdhCurve: 'X25519' } as const
  const servers: readonly (readonly [string, SecureContextOptions, RegExp])[] = [
    ['offers X25519 alone', { ...someone.credentials(), ecdhCurve: 'X25519' }, /handshake failure/],
    ['speaks TLS 1.2', { ...someone.credentials(), ...old }, /protocol version|handshake failure/],
    ['shows a certificate of ML-DSA-44', weakCredentials(), /handshake failure/],
    ['shows a chain of certificates', chainCredentials(), /more than one certificate/],
  ]
  for (const [what, options, reason] of servers) {
    it(`fails when it ${what}`, async () => {
      await using server = await listen((socket) => {
        socket.once('data', () => {
          socket.write(multistream('/multistream/1.0.0', '/pars/tls/1'))
          const secureContext = createSecureContext({ ...strict, ...options })
          const secured = new TLSSocket(socket, { isServer: true, secureContext })
          secured.on('error', () => {})
        })
      })
      const address = `/ip4/127.0.0.1/tcp/${portOf(server)}/p2p/${someone.peerId.toString()}`
      await assert.rejects(node.network.dial(address), (error: Error) => {
        assert.equal(codeOf(error), 'NETWORK_DIAL')
        assert.match(error.message, reason)
        return true
      })
      assert.deepEqual(node.network.peers(), [])
    })
  }

  it('fails when it knows classical encrypters alone', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => socket.write(multistream('/multistream/1.0.0', 'na')))
    })
    const address = `/ip4/127.0.0.1/tcp/${portOf(server)}/p2p/${someone.peerId.toString()}`
    await assert.rejects(node.network.dial(address), { code: 'NETWORK_DIAL' })
  })

  it('fails when it agrees and then speaks plaintext', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => {
        socket.write(multistream('/multistream/1.0.0', '/pars/tls/1', '/yamux/1.0.0'))
      })
    })
    const address = `/ip4/127.0.0.1/tcp/${portOf(server)}/p2p/${someone.peerId.toString()}`
    await assert.rejects(node.network.dial(address), { code: 'NETWORK_DIAL' })
  })
})
