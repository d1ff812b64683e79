/** The vectors of slhdsa-verify: what noble answers to signatures that noble made. */
import { slh_dsa_sha2_128s, slh_dsa_shake_256s } from '@noble/post-quantum/slh-dsa.js'
import { concat, type Hex, numberToHex, size, stringToHex, toBytes, toHex } from 'viem'

import type { VectorCall, Vectors } from '#precompiles'

import { word } from './oracle.ts'
import signatures from './slh-dsa-signatures.json' with { type: 'json' }

const schemes = [
  { mode: 0x14, name: 'SLH-DSA-SHA2-128s', verifier: slh_dsa_sha2_128s, verifyGas: 15_000 },
  { mode: 0x1e, name: 'SLH-DSA-SHAKE-256s', verifier: slh_dsa_shake_256s, verifyGas: 85_000 },
] as const

type Scheme = (typeof schemes)[number]

interface Signed {
  readonly context: Hex
  readonly publicKey: Hex
  readonly signature: Hex
  readonly message: Hex
}

function signedBy({ mode }: Scheme): readonly Signed[] {
  return signatures
    .filter((one) => one.mode === mode)
    .map(({ context, message, publicKey, signature }) => ({
      context: stringToHex(context),
      message: stringToHex(message),
      publicKey: toHex(Uint8Array.fromBase64(publicKey)),
      signature: toHex(Uint8Array.fromBase64(signature)),
    }))
}

function call({ mode, verifier, verifyGas }: Scheme, note: string, signed: Signed): VectorCall {
  const { context, publicKey, signature, message } = signed
  const [text, key, bytes] = [message, publicKey, signature].map((part) => toBytes(part)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const valid = verifier.verify(bytes, text, key, { context: toBytes(context) })
  const head = concat([numberToHex(mode), numberToHex(size(context), { size: 1 })])
  return {
    note,
    input: concat([head, context, publicKey, signature, message]),
    output: word(valid ? 1 : 0),
    gas: verifyGas + 6 * Math.ceil((size(context) + size(message)) / 32),
  }
}

function flipped(bytes: Hex, at: number): Hex {
  const changed = toBytes(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return toHex(changed)
}

function calls(scheme: Scheme): VectorCall[] {
  const all = signedBy(scheme)
  const last = all.at(-1)
  if (last === undefined) throw new Error(`no signature of ${scheme.name}`)
  const genuine = all.map((signed) =>
    call(scheme, size(signed.context) === 0 ? 'no context, no message' : 'a context', signed),
  )
  const longer = { ...last, context: concat([last.context, '0x00']) }
  const middle = size(last.signature) >> 1
  const changed = { ...last, signature: flipped(last.signature, middle) }
  return [
    ...genuine,
    call(scheme, 'a signature with one bit flipped', changed),
    ...(all.length > 1 ? [call(scheme, 'another context', longer)] : []),
  ]
}

function malformed(note: string, input: Hex, gas: number): VectorCall {
  return { note, input, output: word(0), gas }
}

/** mode ‖ ctxLen ‖ ctx ‖ pk ‖ sig ‖ msg. */
export function slhdsaVectors(): Vectors {
  return {
    provenance:
      '@noble/post-quantum 0.7.1: deterministic signing from seeds of equal bytes, and its answers; ' +
      'made by scripts/vectors.ts.',
    sequences: [
      ...schemes.map((scheme) => ({ note: scheme.name, calls: calls(scheme) })),
      {
        note: 'malformed inputs',
        calls: [
          malformed('nothing', '0x', 85_000),
          malformed('a mode alone', '0x14', 15_000),
          malformed('an unknown mode', '0x1500', 85_000),
          malformed('a context longer than the input', '0x1eff00', 85_000),
        ],
      },
    ],
  }
}
