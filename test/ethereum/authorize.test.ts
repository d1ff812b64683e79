import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { secp256k1 } from '@noble/curves/secp256k1.js'

import { concat, encodeRlp, fixed, hex, toBigInt, trimmed, unhex } from '#base'
import { keccak256 } from '#crypto'

import type { Authorization, CallRequest } from '../../chain/call-port.ts'
import { reads, uninterrupted } from '../../chain/reads/index.ts'
import { importEthereum, type Opened } from './serve.ts'

const vectors = path.join(process.env['PARS_VECTORS'] ?? '../shared/vectors', 'execution-apis')
const absent = !existsSync(vectors)

const secret = new Uint8Array(32).fill(7)
const authority = keccak256(secp256k1.getPublicKey(secret, false).slice(1)).slice(12)
const target = fixed(0xc1, 20)
/** Answers 42. */
const code = unhex('0x602a5f5260205ff3')

function authorize(chainId: bigint, nonce: bigint): Authorization {
  const signed = encodeRlp([trimmed(chainId), target, trimmed(nonce)])
  const message = keccak256(concat(Uint8Array.of(5), signed))
  const signature = secp256k1.sign(message, secret, { prehash: false, format: 'recovered' })
  const [yParity = 0] = signature
  const [r, s] = [toBigInt(signature.slice(1, 33)), toBigInt(signature.slice(33))]
  return { chainId, address: target, nonce, yParity: BigInt(yParity), r, s }
}

describe(`authorizations in calls${absent ? ` (pending: no ${vectors})` : ''}`, function () {
  this.timeout(60_000)
  let opened: Opened
  before(async function () {
    if (absent) this.skip()
    opened = await importEthereum({
      genesis: path.join(vectors, 'genesis.json'),
      chain: path.join(vectors, 'chain.rlp'),
    })
  })

  async function outputs(requests: readonly CallRequest[]): Promise<readonly string[]> {
    const { store, profile } = opened
    const reader = store.snapshot()
    const simulated = await reads.simulate(
      { reader, profile, interrupt: uninterrupted },
      {
        blocks: [{ state: [{ address: target, code }], calls: requests }],
        validation: false,
        traceTransfers: false,
      },
      'latest',
    )
    await reader.close()
    return (simulated?.[0]?.calls ?? []).map(({ output }) => hex(output))
  }

  it('let an account run code from there on, in that call and in later ones', async () => {
    const call = { to: authority }
    const authorizations = [authorize(opened.profile.chainId, 0n)]
    const answer = hex(fixed(42, 32))
    assert.deepEqual(await outputs([call, { ...call, authorizations }, call]), [
      '0x',
      answer,
      answer,
    ])
  })

  it('are passed over for another chain, another nonce, or a signature that nobody made', async () => {
    const { chainId } = opened.profile
    const good = authorize(chainId, 0n)
    for (const wrong of [
      authorize(chainId + 1n, 0n),
      authorize(chainId, 1n),
      { ...good, yParity: 2n },
      { ...good, s: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - good.s },
    ]) {
      assert.deepEqual(await outputs([{ to: authority, authorizations: [wrong] }]), ['0x'])
    }
    const anyChain = authorize(0n, 0n)
    assert.deepEqual(await outputs([{ to: authority, authorizations: [anyChain] }]), [
      hex(fixed(42, 32)),
    ])
  })
})
