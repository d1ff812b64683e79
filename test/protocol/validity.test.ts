import assert from 'node:assert/strict'

import { checkStatic, limits, requiredGas, type Transaction } from '#protocol'

import { keyHash, transfer } from './sample.ts'

const network = { chainId: 7227n }
const creation = { to: new Uint8Array(0), gasLimit: 2n ** 24n }

function refused(changes: Partial<Transaction>, code: string): void {
  assert.throws(() => checkStatic(transfer(changes), network), { name: 'Fault', code })
}

describe('what the bytes of a transaction decide', () => {
  it('lets a transaction pass that pays just enough', () => {
    checkStatic(transfer(), network)
    checkStatic(transfer({ key: keyHash, gasLimit: 45_964n }), network)
    checkStatic(transfer(creation), network)
  })

  it('refuses another chain id', () => {
    refused({ chainId: 6133n }, 'TX_CHAIN_ID')
  })

  it('refuses a priority fee above the fee', () => {
    refused({ maxPriorityFeePerGas: 31_000_000_000n }, 'TX_PRIORITY_FEE')
    checkStatic(transfer({ maxPriorityFeePerGas: 30_000_000_000n }), network)
  })

  it('refuses a cost of 2^256 or more', () => {
    const maxFeePerGas = (2n ** 256n - 1n) / 53_644n
    const rest = 2n ** 256n - 1n - maxFeePerGas * 53_644n
    checkStatic(transfer({ maxFeePerGas, value: rest }), network)
    refused({ maxFeePerGas, value: rest + 1n }, 'TX_COST')
  })

  it('refuses to create a contract on a lane', () => {
    refused({ ...creation, nonceKey: 1n }, 'TX_CREATION_LANE')
  })

  it('refuses initcode above the limit of EIP-3860', () => {
    const most = limits.initcodeBytes.value
    checkStatic(transfer({ ...creation, data: new Uint8Array(most) }), network)
    refused({ ...creation, data: new Uint8Array(most + 1) }, 'TX_INITCODE')
    checkStatic(transfer({ gasLimit: 2n ** 24n, data: new Uint8Array(most + 1) }), network)
  })

  it('refuses one gas less than the larger of intrinsic gas and floor', () => {
    const data = new Uint8Array(500).fill(7)
    for (const changes of [{}, { data }, { nonceKey: 5n }, { nonceKey: 5n, nonce: 0n }]) {
      const gasLimit = requiredGas(transfer(changes))
      checkStatic(transfer({ ...changes, gasLimit }), network)
      refused({ ...changes, gasLimit: gasLimit - 1n }, 'TX_GAS_LIMIT')
    }
  })

  it('decides in the order of the rules', () => {
    const gas = { gasLimit: 1n }
    const fees = { maxPriorityFeePerGas: 2n ** 255n }
    refused({ chainId: 1n, ...fees, ...gas }, 'TX_CHAIN_ID')
    refused({ ...fees, ...creation, nonceKey: 1n, ...gas }, 'TX_PRIORITY_FEE')
    refused({ ...creation, nonceKey: 1n, ...gas }, 'TX_CREATION_LANE')
  })
})
