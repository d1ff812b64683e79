/** From the registry's words to a program that runs. */
import { concat, isFault } from '#base'
import { sha3_256 } from '#crypto'
import {
  checkProvable,
  claimLimits,
  compile,
  inferLimits,
  outputCost,
  type Program,
  stepCosts,
} from '#inference'

import { loadGas, openingsGas, stepGas } from '../inference-claims/gas.ts'
import { type BlobTable, PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { limits } from './limits.ts'
import { kinds, type ModelRecord } from './record.ts'

/**
 * Programs by the hash of their model's bytes, the least recently used dropped: what a hash names is
 * the same in every thread, so that nothing but time depends on this.
 */
const programs = new Map<string, Program>()

export function blobsOf(view: PrecompileView): BlobTable {
  if (view.blobs === undefined) throw new TypeError('the view has no blobs')
  return view.blobs
}

/** The bytes that `manifest` lists. */
export function bytesOf(view: PrecompileView, manifest: Uint8Array): Uint8Array {
  const blobs = blobsOf(view)
  const hashes = blobs.get(manifest)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < hashes.length; at += 32) {
    chunks.push(blobs.get(hashes.subarray(at, at + 32)))
  }
  return concat(...chunks)
}

/**
 * The program of an active model. Charges a read, known or not; the caller has paid for the model's
 * size.
 */
export function programOf(view: PrecompileView, record: ModelRecord, kind: number): Program {
  const { manifest } = record
  // Not by the model's hash, which nothing but the registry's word joins to the chunks.
  const name = `${kind} ${manifest.toHex()}`
  const program = programs.get(name) ?? compiled(bytesOf(view, manifest), kind)
  programs.delete(name)
  programs.set(name, program)
  for (const oldest of programs.keys()) {
    if (programs.size <= limits.cachedPrograms.value) break
    programs.delete(oldest)
  }
  return program
}

/**
 * Throws PrecompileRevert with one text for all reasons: those are for tools, not for consensus.
 *
 * @param charge Told of the parts of the graph before each is looked into.
 */
export function compiled(
  bytes: Uint8Array,
  kind: number,
  charge: (parts: number) => void = () => undefined,
): Program {
  try {
    return kind === kinds.executable
      ? compile(bytes, { limits: inferLimits, charge })
      : compile(bytes, { limits: claimLimits, external: true, charge })
  } catch (error) {
    throw refusal(error)
  }
}

/** Throws PrecompileRevert where a transaction could not carry a claim about a model, or prove a leaf. */
export function demandClaimable(program: Program, size: number): void {
  try {
    checkProvable(program)
  } catch (error) {
    throw refusal(error)
  }
  const { inputBytes, outputBytes } = program.cost
  const most = limits.claimedBytes.value
  // The output first: what binds it is counted by its leaves.
  const isCarried =
    inputBytes + outputBytes <= most && inputBytes + outputBytes + outputCost(program).bytes <= most
  const load = loadGas(size, program.cost.parts)
  const isProven = stepCosts(program).every(
    (cost) => load + stepGas(cost) + openingsGas(cost.bytes) <= limits.stepGas.value,
  )
  if (!isCarried || !isProven) throw new PrecompileRevert('models: too large to be claimed')
}

function refusal(error: unknown): unknown {
  if (!isFault(error) || !error.code.startsWith('INFERENCE_')) return error
  return new PrecompileRevert('models: not a pars-int-1 model within its limits')
}

export function isHashOf(hash: Uint8Array, bytes: Uint8Array): boolean {
  return sha3_256(bytes).toHex() === hash.toHex()
}
