import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { decodeRlp } from '#base'

import { headerFromRlp } from '../../chain/block/header.ts'
import type { Header } from '../../chain/port.ts'
import { nextBaseFee, nextExcessBlobGas } from './fees.ts'
import { ethereumRules, forkAt, forkSchedule, type GenesisConfig } from './forks.ts'
import { chainFile } from './import.ts'

const vectors = path.join(process.env['PARS_VECTORS'] ?? '../shared/vectors', 'execution-apis')
const absent = !existsSync(vectors)

describe(`fees of Ethereum's chain${absent ? ` (pending: no ${vectors})` : ''}`, () => {
  let headers: Header[] = []
  let config: GenesisConfig

  before(function () {
    if (absent) this.skip()
    const genesis = readFileSync(path.join(vectors, 'genesis.json'), 'utf8')
    ;({ config } = JSON.parse(genesis) as { config: GenesisConfig })
    headers = [...chainFile(readFileSync(path.join(vectors, 'chain.rlp')))].map((block) => {
      const [header] = decodeRlp(block) as Parameters<typeof headerFromRlp>[0][]
      return headerFromRlp(header ?? [])
    })
  })

  it('follow from the parent, block by block', () => {
    const schedule = forkSchedule(config)
    const seen = { baseFee: 0, excess: 0 }
    for (const [index, header] of headers.entries()) {
      const parent = headers[index - 1]
      if (parent === undefined) continue
      const rules = ethereumRules(BigInt(config.chainId), forkAt(schedule, header))
      assert.equal(header.baseFeePerGas, nextBaseFee(parent, rules))
      if (header.baseFeePerGas !== undefined) seen.baseFee++
      if (header.excessBlobGas === undefined) continue
      assert.equal(header.excessBlobGas, nextExcessBlobGas(parent, rules))
      seen.excess++
    }
    assert.ok(seen.baseFee > 20 && seen.excess > 10)
  })
})
