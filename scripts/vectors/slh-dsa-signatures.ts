/**
 * Writes slh-dsa-signatures.json: `node scripts/vectors/slh-dsa-signatures.ts`. Half a minute, since
 * JavaScript signs; the vectors take the signatures from the file.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { slh_dsa_sha2_128s, slh_dsa_shake_256s } from '@noble/post-quantum/slh-dsa.js'

const schemes = [
  { name: 'SLH-DSA-SHA2-128s', mode: 0x14, signer: slh_dsa_sha2_128s },
  { name: 'SLH-DSA-SHAKE-256s', mode: 0x1e, signer: slh_dsa_shake_256s },
] as const

const texts = [
  { context: '', message: '' },
  { context: 'pars-712-v1', message: 'a message of thirty-three letters' },
] as const

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function signatures(): object[] {
  return schemes.flatMap(({ name, mode, signer }) => {
    const seed = new Uint8Array(signer.lengths.seed ?? 0).fill(1)
    const { publicKey, secretKey } = signer.keygen(seed)
    // A signature of the larger set is 30 kB: one is enough.
    return texts.slice(name.endsWith('256s') ? 1 : 0).map(({ context, message }) => ({
      mode,
      context,
      message,
      publicKey: publicKey.toBase64(),
      signature: signer
        .sign(utf8(message), secretKey, { context: utf8(context), extraEntropy: false })
        .toBase64(),
    }))
  })
}

const file = path.join(import.meta.dirname, 'slh-dsa-signatures.json')
writeFileSync(file, `${JSON.stringify(signatures(), null, 2)}\n`)
