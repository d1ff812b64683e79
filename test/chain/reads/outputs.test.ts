import assert from 'node:assert/strict'

import { concat, fixed, isFault, unhex } from '#base'

import type { CallRequest, Overrides } from '../../../chain/call-port.ts'
import { type ReadContext, reads, uninterrupted } from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { OutputBudget } from '../../../chain/reads/output.ts'
import { Network } from '../attacks/network.ts'

const most = limits.callOutput.value
const contract = fixed(0xc0de, 20)

/** Code that ends with so many zeros: PUSH4 bytes, PUSH0, RETURN or REVERT. */
function ending(bytes: number, operation: 'RETURN' | 'REVERT' = 'RETURN'): Uint8Array {
  return concat(unhex('0x63'), fixed(bytes, 4), unhex(operation === 'RETURN' ? '0x5ff3' : '0x5ffd'))
}

function coded(code: Uint8Array): NonNullable<Overrides['state']> {
  return [{ address: contract, code }]
}

describe('what a call brings back', function () {
  this.timeout(60_000)
  let network: Network
  beforeEach(async () => {
    network = await Network.start()
  })
  afterEach(() => network.close())

  async function over<Result>(read: (context: ReadContext) => Result): Promise<Awaited<Result>> {
    const reader = network.store.snapshot()
    try {
      return await read({ reader, profile: network.profile, interrupt: uninterrupted })
    } finally {
      await reader.close()
    }
  }

  const request: CallRequest = { to: contract }
  const call = (code: Uint8Array) =>
    over((context) => reads.call(context, request, 'latest', { state: coded(code) }))

  const simulate = (code: Uint8Array, calls: number) =>
    over((context) =>
      reads.simulate(
        context,
        {
          blocks: [
            { state: coded(code), calls: [] },
            ...Array.from({ length: calls }, () => ({ calls: [request] })),
          ],
          validation: false,
          traceTransfers: false,
        },
        'latest',
      ),
    )

  it('is at most so many bytes, whether it returns or reverts', async () => {
    assert.equal((await call(ending(most)))?.output.length, most)
    for (const operation of ['RETURN', 'REVERT'] as const) {
      await assert.rejects(call(ending(most + 1, operation)), (error) => {
        assert.ok(isFault(error, 'READ_OUTPUT_TOO_LARGE'))
        const { bytes, limit, workGas } = error.facts as Readonly<Record<string, unknown>>
        assert.deepEqual([bytes, limit], [most + 1, most])
        assert.ok(typeof workGas === 'bigint' && workGas > 21_000n)
        return true
      })
    }
  })

  it('never comes with an estimate or an access list, which are numbers', async () => {
    const overrides = { state: coded(ending(most + 1)) }
    const estimate = await over((one) => reads.estimateGas(one, request, 'latest', overrides))
    const list = await over((one) => reads.accessList(one, request, 'latest', overrides))
    assert.deepEqual([estimate?.output.length, list?.output.length], [0, 0])
  })

  it('counts as the work of all tries of an estimate, and of all rounds of an access list', async () => {
    // PUSH0, SLOAD
    const overrides = { state: coded(unhex('0x5f5400')) }
    const estimate = await over((one) => reads.estimateGas(one, request, 'latest', overrides))
    const list = await over((one) => reads.accessList(one, request, 'latest', overrides))
    assert.ok(estimate && list)
    assert.equal(estimate.workGas, 2n * estimate.gasUsed)
    assert.ok((list.workGas ?? 0n) > (3n * list.gasUsed) / 2n)
  })

  it('is bounded for all calls of a simulation, and what they used is told', async () => {
    const fit = limits.simulationBytes.value / most
    assert.equal((await simulate(ending(most), fit))?.length, fit + 1)
    for (const [code, calls, fault] of [
      [ending(most), fit + 1, 'READ_SIMULATION_TOO_LARGE'],
      [ending(most + 1), 1, 'READ_OUTPUT_TOO_LARGE'],
    ] as const) {
      await assert.rejects(simulate(code, calls), (error) => {
        assert.ok(isFault(error, fault))
        const { workGas } = error.facts as { readonly workGas?: bigint }
        assert.ok(workGas !== undefined && workGas > 21_000n * BigInt(calls))
        return true
      })
    }
  })

  it('counts logs of a simulation, those without data as well', () => {
    const log = { address: contract, topics: [], data: new Uint8Array(0), index: 0 }
    const logs = Array.from({ length: 1000 }, () => log)
    const budget = new OutputBudget()
    const spend = (): void => budget.spend({ output: new Uint8Array(0), gasUsed: 1n, logs })
    for (let count = 0; count < 26; count++) spend()
    assert.throws(spend, { code: 'READ_SIMULATION_TOO_LARGE' })
  })
})
