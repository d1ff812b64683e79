import { contract } from '../contract.ts'
import { gasTable } from './gas.ts'
import { attestation, settledClaim, verify, verifyAttested } from './standing.ts'
import vectors from './vectors.json' with { type: 'json' }

/** What stands behind an answer of a model, and how much. @see PIP-0009 "Tiers" */
export default contract({
  name: 'verify-inference',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000304',
  gasTable,
  vectors,
  methods: [verify, verifyAttested, settledClaim, attestation],
  events: [],
})
