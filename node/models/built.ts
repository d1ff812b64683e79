/** A model that is ready to be registered: what goes on the chain, and the weights that do not. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { Fault, hex, type Hex, isFault } from '#base'
import { sha3_256 } from '#crypto'
import {
  attachWeights,
  checkProvable,
  checkWeights,
  claimLimits,
  compile,
  inferLimits,
  type Program,
  splitModel,
} from '#inference'
import type { ModelKind, RegisteredModel } from '#precompiles'

import { reasonOf } from '../files.ts'
import { otherModel, unusableFile } from './faults.ts'
import { readWhole } from './files.ts'
import { limits } from './limits.ts'

export interface BuiltModel {
  readonly kind: ModelKind
  /** What is registered: the model, or its graph with roots in place of large weights. */
  readonly bytes: Uint8Array
  /** SHA3-256 of `bytes`. */
  readonly hash: Hex
  /** By root, in hexadecimal: what stays off the chain. */
  readonly weights: ReadonlyMap<string, Uint8Array>
  /** With its weights. */
  readonly program: Program
  /** The file that it was made of, where that is at hand. */
  readonly source: Uint8Array | undefined
  /** Why it is not executable. */
  readonly refusal: Fault | undefined
}

/**
 * Executable where 0x0303 can run it and nothing else is asked for, else committed. Throws
 * `INFERENCE_MODEL`, `INFERENCE_UNPROVABLE` or `MODEL_SIZE` for what can be neither.
 */
export function buildModel(source: Uint8Array, wanted?: ModelKind): BuiltModel {
  if (wanted === 'committed') return committed(source, undefined)
  try {
    const program = compile(source, { limits: inferLimits })
    const [bytes, hash] = [source, hex(sha3_256(source))]
    return {
      kind: 'executable',
      bytes,
      hash,
      weights: new Map(),
      program,
      source,
      refusal: undefined,
    }
  } catch (error) {
    if (wanted === 'executable' || !isFault(error, 'INFERENCE_MODEL')) throw error
    return committed(source, error)
  }
}

function committed(source: Uint8Array, refusal: Fault | undefined): BuiltModel {
  const { skeleton, weights } = splitModel(source, limits.inlineBytes.value)
  return { ...assembled(skeleton, weights), source, refusal }
}

function assembled(bytes: Uint8Array, weights: ReadonlyMap<string, Uint8Array>): BuiltModel {
  if (bytes.length > inferLimits.modelBytes) {
    throw new Fault(
      { code: 'MODEL_SIZE', bytes: bytes.length, most: inferLimits.modelBytes },
      'the graph alone is too large for the chain: give the weights of its nodes fewer, larger tensors',
    )
  }
  const graph = compile(bytes, { limits: claimLimits, external: true })
  checkProvable(graph)
  const program = attachWeights(graph, weights)
  const hash = hex(sha3_256(bytes))
  const source = undefined
  return { kind: 'committed', bytes, hash, weights, program, source, refusal: undefined }
}

const graphFile = 'model.onnx'
const factsFile = 'model.json'
const weightsFolder = 'weights'

/** Throws `MODEL_FILE`. */
export async function writeBuilt(folder: string, built: BuiltModel, facts: object): Promise<void> {
  try {
    await mkdir(path.join(folder, weightsFolder), { recursive: true })
    for (const [root, bytes] of built.weights) {
      await writeFile(path.join(folder, weightsFolder, root), bytes)
    }
    await writeFile(path.join(folder, graphFile), built.bytes)
    await writeFile(path.join(folder, factsFile), `${JSON.stringify(facts, undefined, 2)}\n`)
  } catch (error) {
    throw unusableFile(folder, reasonOf(error))
  }
}

/**
 * A folder that `writeBuilt` wrote, or an ONNX file. Throws what `buildModel` does, `MODEL_FILE`,
 * `INFERENCE_WEIGHTS` for weights that are not there and `INFERENCE_ROOT` for others.
 */
export async function openModel(place: string, wanted?: ModelKind): Promise<BuiltModel> {
  if (!(await isFolder(place))) return buildModel(await readWhole(place), wanted)
  const { kind } = factsIn(place, await readWhole(path.join(place, factsFile)))
  const bytes = await readWhole(path.join(place, graphFile))
  if (kind === 'executable') return buildModel(bytes, kind)
  const folder = path.join(place, weightsFolder)
  const weights = new Map<string, Uint8Array>()
  for (const name of await readdir(folder)) {
    weights.set(name, await readWhole(path.join(folder, name)))
  }
  const built = assembled(bytes, weights)
  checkWeights(built.program)
  return built
}

/** Whether `writeBuilt` wrote the folder. */
export function isBuilt(place: string): boolean {
  return existsSync(path.join(place, factsFile))
}

/** The model that is registered as `registered`. Throws `MODEL_MISMATCH`, and what `openModel` does. */
export async function openRegistered(
  place: string,
  { hash, kind }: RegisteredModel,
): Promise<BuiltModel> {
  const built = await openModel(place, kind)
  if (built.hash === hash && built.kind === kind) return built
  throw otherModel({ expected: hash, found: built.hash })
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory()
  } catch (error) {
    throw unusableFile(place, reasonOf(error))
  }
}

function factsIn(place: string, bytes: Uint8Array): { readonly kind: ModelKind } {
  try {
    const { kind } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly kind?: unknown }
    if (kind === 'executable' || kind === 'committed') return { kind }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw unusableFile(path.join(place, factsFile), 'not written by pars model build')
}
