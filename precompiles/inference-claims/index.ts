import { contract } from '../contract.ts'
import { challenge, choose, prove, reveal, timeout, withdraw } from './challenges.ts'
import { claim, settle } from './claims.ts'
import { challenged, chosen, claimed, decided, revealed, settled } from './events.ts'
import { gasTable } from './gas.ts'
import { challengeOf, claimOf, count, list } from './queries.ts'
import vectors from './vectors.json' with { type: 'json' }

/** Claims about results, with bonds, and the challenges to them. @see PIP-0009 */
export default contract({
  name: 'inference-claims',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000305',
  gasTable,
  vectors,
  methods: [
    claim,
    settle,
    challenge,
    reveal,
    choose,
    prove,
    timeout,
    withdraw,
    claimOf,
    challengeOf,
    count,
    list,
  ],
  events: [claimed, challenged, revealed, chosen, decided, settled],
})
