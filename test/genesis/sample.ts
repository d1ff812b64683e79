import assert from 'node:assert/strict'

import { hex, isFault, unhex } from '#base'
import { mlDsa, type SigningKey } from '#crypto'
import {
  type GenesisDocument,
  type GovernanceParameters,
  parseGenesis,
  proveValidator,
  usualGovernance,
} from '#genesis'

/** The public key that a seed of one repeated byte gives: not a published one. */
export function publicKey(byte: number, algorithm: 0x44 | 0x65 | 0x87 = 0x65): string {
  return hex(mlDsa(algorithm).fromSeed(new Uint8Array(32).fill(byte)).publicKey)
}

export function at(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').repeat(20)}`
}

export function word(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').repeat(32)}`
}

/** What a proof is for. */
const network = { chainId: 90_210n, salt: unhex(word(0x5a)) }
const keys = [0xe1, 0xe2, 0xe3, 0xe4, 0xe5].map((byte) =>
  mlDsa(0x65).fromSeed(new Uint8Array(32).fill(byte)),
)
const entries = keys.map((key, index) => {
  const account = at(0xd0 + index)
  const peerId = `peer${index}`.padEnd(46, 'x')
  return { account, publicKey: hex(key.publicKey), peerId, proof: proofOf(key, account, peerId) }
})

/** By `key`, for the chain id and salt of `sample`. */
export function proofOf(key: SigningKey, account: string, peerId: string): string {
  return hex(proveValidator(key, network, { account: unhex(account), peerId }))
}

export function validator(index: number, stake: number | string = 1) {
  const entry = entries[index]
  if (entry === undefined) throw new RangeError(`${index}`)
  return { ...entry, stake }
}

/** As a document has it. */
export function governanceOf(parameters: GovernanceParameters): GenesisDocument['governance'] {
  const written = Object.entries(parameters).map(([name, value]) => [name, `${value}`])
  return Object.fromEntries(written) as GenesisDocument['governance']
}

/** A document that uses every field. */
export function sample(changes: Partial<GenesisDocument> = {}): GenesisDocument {
  return {
    format: 'pars-genesis/2',
    name: 'Valley Network',
    token: { name: 'Valley', symbol: 'VAL' },
    chainId: 90_210,
    salt: word(0x5a),
    dev: false,
    timestamp: 1_800_000_000,
    blockGasLimit: 30_000_000,
    targetBlockMs: 500,
    initialBaseFee: '2000000000',
    feeCollector: at(0xfe),
    alloc: {
      [at(0xa1)]: { balance: '1000000000000000000000' },
      [at(0xa2)]: { balance: 5, nonce: 3, code: '0x6001', storage: { [word(1)]: word(2) } },
      [at(0xa3)]: { balance: '0x10', key: { algorithm: 0x44, publicKey: publicKey(0xe9, 0x44) } },
    },
    precompiles: [
      {
        name: 'accounts',
        version: '1.0.0',
        specHash: word(0xc1),
        address: `0x${'606'.padStart(40, '0')}`,
        from: 0,
      },
      { name: 'oracle', version: '1.0.0', specHash: word(0xc2), address: at(0x0c), from: 10 },
      {
        name: 'oracle',
        version: '1.1.0',
        specHash: word(0xc3),
        address: at(0x0c),
        from: '20',
        module: '@valley/oracle',
        integrity: `sha512-${'A'.repeat(86)}==`,
      },
    ],
    validators: [validator(0), validator(1), validator(2), validator(3)],
    lockCurve: [{ weeks: 208, weight: '10000' }],
    governance: governanceOf(usualGovernance(false)),
    ...changes,
  }
}

/** Expects one of the problems to start with `path: ` and to say `cure`. */
export function refused(document: unknown, path: string, cure: RegExp): void {
  assert.throws(
    () => parseGenesis(document),
    (error) => {
      assert.ok(isFault(error, 'GENESIS_INVALID'), String(error))
      const { problems } = error.facts as unknown as { problems: readonly string[] }
      const lines = problems.filter((line) => line.startsWith(`${path}: `))
      assert.ok(
        lines.some((line) => cure.test(line)),
        problems.join('\n'),
      )
      return true
    },
  )
}
