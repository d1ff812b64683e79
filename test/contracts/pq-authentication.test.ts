import assert from 'node:assert/strict'

import { sha3_256, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js'

import { hex, type Hex, unhex } from '#base'
import { accountVerifier } from '#contracts'
import { keccak256 } from '#crypto'
import { discover } from '#precompiles'

import {
  addressOf,
  alice,
  bob,
  type Contract,
  type Deployed,
  newcomer,
  probe,
  Scene,
} from './scene.ts'

const hash: Hex = `0x${'d0'.repeat(32)}`
const other: Hex = `0x${'d1'.repeat(32)}`
const library: Contract = probe('PqProbe.sol', 'PqProbe')
const accepted = '0x024ad318'
const refused = '0xffffffff'

function flip(bytes: Hex, at = -1): Hex {
  const changed = unhex(bytes)
  const index = at < 0 ? changed.length + at : at
  changed[index] = (changed[index] ?? 0) ^ 1
  return hex(changed)
}

describe('account authentication in Solidity', function () {
  this.timeout(60_000)
  let scene: Scene
  let pq: Deployed
  let verifier: Deployed
  beforeEach(async () => {
    scene = await Scene.start()
    pq = await scene.deploy(library)
    verifier = await scene.deploy(accountVerifier)
  })
  afterEach(() => scene.close())

  const valid = (account: Hex, digest: Hex, signature: Hex): Promise<unknown> =>
    scene.value(pq, 'isValidSignature', [account, digest, signature])
  const erc7913 = (key: Hex, digest: Hex, signature: Hex): Promise<unknown> =>
    scene.value(verifier, 'verify', [key, digest, signature])

  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`takes a signature that brings its key, of ML-DSA-${algorithm.toString(16)}`, async () => {
      const account = newcomer('without a record', algorithm)
      const signature = scene.signWithKey(account, hash)
      assert.equal(await valid(addressOf(account), hash, signature), true)
      assert.equal(await valid(addressOf(account), other, signature), false)
      assert.equal(await valid(addressOf(bob), hash, signature), false)
      assert.equal(await valid(addressOf(account), hash, flip(signature)), false)
      assert.equal(await valid(addressOf(account), hash, flip(signature, 0)), false)
      assert.equal(await valid(addressOf(account), hash, flip(signature, 9)), false)
      const bare = scene.sign(account, hash)
      assert.equal(await valid(addressOf(account), hash, bare), false, 'no record')
      assert.equal(await erc7913(addressOf(account), hash, signature), accepted)
    })
  }

  it('takes the bare signature of an account with a record, and neither of its old key', async () => {
    await scene.register(alice)
    const [bare, full] = [scene.sign(alice, hash), scene.signWithKey(alice, hash)]
    for (const signature of [bare, full]) {
      assert.equal(await valid(addressOf(alice), hash, signature), true)
      assert.equal(await erc7913(addressOf(alice), hash, signature), accepted)
    }
    const rotated = await scene.rotate(alice, 'rotated')
    for (const signature of [bare, full]) {
      assert.equal(await valid(addressOf(alice), hash, signature), false)
      assert.equal(await erc7913(addressOf(alice), hash, signature), refused)
    }
    assert.equal(await valid(addressOf(alice), hash, scene.sign(rotated, hash)), true)
    assert.equal(await valid(addressOf(alice), hash, scene.signWithKey(rotated, hash)), true)
  })

  it('answers no to nothing, noise, and every wrong length', async () => {
    await scene.register(alice)
    const bare = scene.sign(alice, hash)
    const lengths = [0, 1, 64, 65, 2420, 3308, 3309, 3310, 3733, 4627, 5262, 7220, 9000]
    for (const length of lengths) {
      for (const first of [0x00, 0x44, 0x65, 0x87]) {
        const noise = new Uint8Array(length).fill(0xab).fill(first, 0, 1)
        assert.equal(await valid(addressOf(alice), hash, hex(noise)), false, `${length}`)
      }
    }
    assert.equal(await valid(addressOf(alice), hash, flip(bare)), false)
    const moved: Hex = `${bare}00`
    assert.equal(await valid(addressOf(alice), hash, moved), false)
  })

  it('asks a contract by ERC-1271, and survives its revert', async () => {
    const vouching = await scene.deploy(probe('PqProbe.sol', 'Vouching'))
    assert.equal(await valid(vouching.address, hash, '0x'), false)
    await scene.send(alice, vouching, 'vouch', [hash])
    assert.equal(await valid(vouching.address, hash, '0x'), true)
    assert.equal(await valid(vouching.address, other, '0x'), false)
    assert.equal(await valid(vouching.address, `0x${'bad'.padStart(64, '0')}`, '0x'), false)
    assert.equal(await erc7913(vouching.address, hash, '0x'), accepted)
    assert.equal(await valid(pq.address, hash, '0x'), false, 'a contract without ERC-1271')
  })

  it('is no signature of a precompile', async () => {
    for (const { address } of await discover()) {
      assert.equal(await valid(address, hash, scene.sign(alice, hash)), false, address)
    }
  })

  it("is a signer to OpenZeppelin's checker: verifier and account", async () => {
    const signature = scene.signWithKey(alice, hash)
    const ask = (account: Hex, digest: Hex): Promise<unknown> =>
      scene.value(pq, 'isValidSignatureOfSigner', [
        `${verifier.address}${account.slice(2)}`,
        digest,
        signature,
      ])
    assert.equal(await ask(addressOf(alice), hash), true)
    assert.equal(await ask(addressOf(alice), other), false)
    assert.equal(await ask(addressOf(bob), hash), false)
  })

  it('takes keys of 20 bytes alone in the ERC-7913 verifier', async () => {
    const signature = scene.signWithKey(alice, hash)
    const address = addressOf(alice)
    assert.equal(await erc7913(address, hash, signature), accepted)
    const wrong = ['0x', `${address}00`, address.slice(0, -2), hex(alice.key.publicKey)] as Hex[]
    for (const key of wrong) assert.equal(await erc7913(key, hash, signature), refused)
  })
})

describe('the library PQ', function () {
  this.timeout(60_000)
  let scene: Scene
  let pq: Deployed
  before(async () => {
    scene = await Scene.start()
    pq = await scene.deploy(library)
  })
  after(() => scene.close())

  it('says which network it is on', async () => {
    assert.equal(await scene.value(pq, 'networkId'), hex(scene.network.profile.genesisHash))
  })

  it('verifies under a key and a context', async () => {
    const message = scene.network.profile.genesisHash
    const signature = hex(bob.key.sign(message, 'pars-712-v1'))
    const ask = (context: string, text: Uint8Array): Promise<unknown> =>
      scene.value(pq, 'verifyMlDsa', [
        0x65,
        hex(new TextEncoder().encode(context)),
        [hex(bob.key.publicKey), signature, hex(text)],
      ])
    assert.equal(await ask('pars-712-v1', message), true)
    assert.equal(await ask('pars-712-v2', message), false)
    assert.equal(await ask('pars-712-v1', keccak256(message)), false)
  })

  it('verifies SLH-DSA, and not a shifted boundary', async () => {
    const plugin = (await discover()).find(({ name }) => name === 'slhdsa-verify')!
    const { input } = plugin.vectors.sequences[0]!.calls[1]!
    const bytes = unhex(input)
    const size = bytes[1]!
    const part = (from: number, to?: number): Hex => hex(bytes.subarray(from, to))
    const [key, signature] = [2 + size, 2 + size + 32]
    const message = signature + 7856
    const ask = (cut: number): Promise<unknown> =>
      scene.value(pq, 'verifySlhDsa', [
        0x14,
        part(2, key),
        [part(key, signature), part(signature, cut), part(cut)],
      ])
    assert.equal(await ask(message), true)
    assert.equal(await ask(message + 1), false)
  })

  it('checks ML-KEM keys and repeats encapsulations', async () => {
    const plugin = (await discover()).find(({ name }) => name === 'mlkem')!
    const calls = plugin.vectors.sequences.slice(0, 3).flatMap((sequence) => sequence.calls)
    for (const { input, output = '0x' } of calls) {
      if (input.startsWith('0x00')) {
        const answer = await scene.value(pq, 'isMlKemKey', [`0x${input.slice(4)}`])
        assert.equal(answer, output.endsWith('1'))
        continue
      }
      const args = [`0x${input.slice(4, 68)}`, `0x${input.slice(68)}`]
      const [ciphertext, secret] = (await scene.value(pq, 'mlKemEncapsulate', args)) as [Hex, Hex]
      const expected = output === '0x' ? `0x${'00'.repeat(32)}` : output
      assert.equal(`0x${ciphertext.slice(2)}${secret.slice(2)}`, expected)
    }
    assert.equal(await scene.value(pq, 'isMlKemKey', ['0x']), false)
  })

  it('hashes as FIPS 202 says, and refuses lengths that the precompile does not give', async () => {
    const data = new Uint8Array(300).fill(7)
    const found = await scene.value(pq, 'hashes', [hex(data), 200])
    const dkLen = 200
    assert.deepEqual(found, [
      hex(sha3_256(data)),
      hex(sha3_512(data)),
      hex(shake128(data, { dkLen })),
      hex(shake256(data, { dkLen })),
    ])
    for (const length of [0, 8193]) {
      const { error } = await scene.ask(pq, 'hashes', [hex(data), length])
      assert.deepEqual(error, ['Error', 'no such SHA-3 call'])
    }
  })
})
