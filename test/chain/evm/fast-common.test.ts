import assert from 'node:assert/strict'

import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'

import { rulesOf } from '../../../chain/evm/index.ts'

const chainId = 3_503_995_874_084_926n
const mainnetForks = Mainnet.hardforks.map(({ name }) => name as Hardfork)
const names = [paramsEVM, paramsTx, paramsVM].flatMap((params) =>
  Object.values(params).flatMap((entry) => Object.keys(entry)),
)

/** A value, or that there is none. */
function answer(ask: () => bigint): bigint | string {
  try {
    return ask()
  } catch {
    return 'missing'
  }
}

describe('the rules of a fork', () => {
  for (const hardfork of mainnetForks) {
    it(`${hardfork} answer as a stock Common does`, () => {
      const fast = rulesOf(chainId, hardfork, [])
      const stock = new Common({ chain: { ...Mainnet, chainId: Number(chainId) }, hardfork })
      for (const params of [paramsEVM, paramsTx, paramsVM]) {
        fast.updateParams(params)
        stock.updateParams(params)
      }
      for (let eip = 0; eip < 9000; eip++) {
        assert.equal(fast.isActivatedEIP(eip), stock.isActivatedEIP(eip))
      }
      for (const name of names) {
        const expected = answer(() => stock.param(name))
        assert.equal(
          answer(() => fast.param(name)),
          expected,
        )
        assert.equal(
          answer(() => fast.param(name)),
          expected,
          'the second time too',
        )
      }
      for (const other of mainnetForks) {
        assert.equal(fast.gteHardfork(other), stock.gteHardfork(other))
      }
      assert.equal(fast.chainId(), chainId)
      assert.equal(fast.consensusType(), stock.consensusType())
      assert.equal(fast.consensusAlgorithm(), stock.consensusAlgorithm())
    })
  }

  it('are shared instead of copied, and never become those of another fork', () => {
    const fast = rulesOf(1n, Hardfork.Osaka, [7934])
    assert.equal(fast.copy(), fast)
    assert.ok(fast.isActivatedEIP(7934))
    fast.setHardfork(Hardfork.Osaka)
    assert.throws(() => fast.setHardfork(Hardfork.Prague), TypeError)
  })

  it('recover a sender by the two parities only', () => {
    const { ecrecover } = rulesOf(1n, Hardfork.Osaka, []).customCrypto
    const r = new Uint8Array(32).fill(1)
    const hash = new Uint8Array(32).fill(2)
    assert.equal(ecrecover?.(hash, 27n, r, r).length, 64)
    assert.equal(ecrecover?.(hash, 37n, r, r, 1n).length, 64)
    for (const v of [2n, 29n, 30n]) assert.throws(() => ecrecover?.(hash, v, r, r), TypeError)
  })
})
