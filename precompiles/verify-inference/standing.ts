import { concat, equal, toBigInt, unhex, utf8 } from '#base'
import { keccak256, sha3_256 } from '#crypto'

import { method } from '../contract.ts'
import { infer, tiers } from '../infer/run.ts'
import { kinds, ModelRecord } from '../models/record.ts'
import type { PrecompileView } from '../plugin.ts'
import { attestationHash, type Attesters, isAttested } from './attestation.ts'
import { gasTable } from './gas.ts'

const claims = unhex('0x0000000000000000000000000000000000000305')
const model = ['bytes32', 'model'] as const
const input = ['bytes', 'input'] as const
const output = ['bytes', 'output'] as const

/** Where 0x0305 keeps the id of the claim about this answer that outlived its window. */
export function settledSlot(
  of: Uint8Array,
  inputHash: Uint8Array,
  outputHash: Uint8Array,
): Uint8Array {
  return keccak256(concat(utf8('pars/claims/settled'), of, inputHash, outputHash))
}

const gas = (data: Uint8Array): number =>
  gasTable.call + gasTable.word * Math.ceil(data.length / 32)

/**
 * The highest tier, at or above `minimum`, on which `output` is what `model` makes of `input`; 0 when
 * there is none. With a proof it is ATTESTED by those whom the model's registration names, without
 * one it is EXECUTED now or found among settled claims.
 */
export const verify = method({
  name: 'verify',
  mutability: 'view',
  inputs: [model, input, output, ['uint8', 'minimum'], ['bytes', 'proof']],
  outputs: [['uint8', 'tier']],
  gas,
  run(view, of, given, answer, minimum, proof) {
    const tier = tierOf(view, of, given, answer, proof)
    return [tier >= minimum ? tier : 0n]
  },
})

/** As `verify` on tier ATTESTED, by attesters whom the caller names. */
export const verifyAttested = method({
  name: 'verifyAttested',
  mutability: 'view',
  inputs: [
    model,
    input,
    output,
    ['bytes32', 'attesters'],
    ['uint64', 'threshold'],
    ['bytes', 'proof'],
  ],
  outputs: [['bool', 'attested']],
  gas,
  run(view, of, given, answer, root, threshold, proof) {
    new ModelRecord(view, of).head()
    const attesters = { root, threshold: Number(threshold) }
    return [isAttested(view, attesters, attestationHash(of, given, answer), proof)]
  },
})

/** The settled claim about an answer of which only the SHA3-256 hashes are at hand. */
export const settledClaim = method({
  name: 'settledClaim',
  mutability: 'view',
  inputs: [model, ['bytes32', 'inputHash'], ['bytes32', 'outputHash']],
  outputs: [['bytes32', 'id']],
  gas,
  run: (view, of, inputHash, outputHash) => [
    view.getOf(claims, settledSlot(of, inputHash, outputHash)),
  ],
})

/** What an attester signs. */
export const attestation = method({
  name: 'attestationHash',
  mutability: 'view',
  inputs: [model, input, output],
  outputs: [['bytes32', 'hash']],
  gas,
  run: (_view, of, given, answer) => [attestationHash(of, given, answer)],
})

function tierOf(
  view: PrecompileView,
  of: Uint8Array,
  given: Uint8Array,
  answer: Uint8Array,
  proof: Uint8Array,
): bigint {
  const record = new ModelRecord(view, of)
  const { kind } = record.head()
  if (proof.length > 0) {
    const named: Attesters = {
      root: record.attesters,
      threshold: Number(record.terms.threshold),
    }
    const holds = isAttested(view, named, attestationHash(of, given, answer), proof)
    return BigInt(holds ? tiers.attested : tiers.none)
  }
  if (kind === kinds.executable) {
    return BigInt(equal(infer(view, of, given), answer) ? tiers.executed : tiers.none)
  }
  const claim = view.getOf(claims, settledSlot(of, sha3_256(given), sha3_256(answer)))
  return BigInt(toBigInt(claim) === 0n ? tiers.none : tiers.optimistic)
}
