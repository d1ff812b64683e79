/** From the registry's words to a program that runs. */
import { concat, isFault } from '#base'
import { sha3_256 } from '#crypto'
import { checkProvable, claimLimits, compile, inferLimits, type Program } from '#inference'

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

/** The program of an active model. Charges nothing: the caller has paid for the model's size. */
export function programOf(view: PrecompileView, record: ModelRecord, kind: number): Program {
  const name = record.hash.toHex()
  const known = programs.get(name)
  const program = known ?? compiled(bytesOf(view, record.manifest), kind)
  programs.delete(name)
  programs.set(name, program)
  for (const oldest of programs.keys()) {
    if (programs.size <= limits.cachedPrograms.value) break
    programs.delete(oldest)
  }
  return program
}

/** Throws PrecompileRevert with one text for all reasons: those are for tools, not for consensus. */
export function compiled(bytes: Uint8Array, kind: number): Program {
  try {
    return kind === kinds.executable
      ? compile(bytes, { limits: inferLimits })
      : compile(bytes, { limits: claimLimits, external: true })
  } catch (error) {
    throw refusal(error)
  }
}

/** Nodes, and inputs of nodes. */
export function partsOf({ nodes }: Program): number {
  return nodes.reduce((sum, { inputs }) => sum + 1 + inputs.length, 0)
}

/** Throws PrecompileRevert where a transaction could not prove a leaf of a model that is claimed. */
export function demandClaimable(program: Program, kind: number): void {
  try {
    if (kind === kinds.committed) checkProvable(program)
  } catch (error) {
    throw refusal(error)
  }
}

function refusal(error: unknown): unknown {
  if (!isFault(error) || !error.code.startsWith('INFERENCE_')) return error
  return new PrecompileRevert('models: not a pars-int-1 model within its limits')
}

export function isHashOf(hash: Uint8Array, bytes: Uint8Array): boolean {
  return sha3_256(bytes).toHex() === hash.toHex()
}
