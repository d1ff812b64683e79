/** The registry of models as clients see it. */
import { hex, type Hex, unhex } from '#base'

import { type NameIn, nameIn, namesIn, PrecompileReader, type StateCall } from '../reader.ts'
import * as questions from './questions.ts'
import { kinds, modelId, type ModelCost, type ModelTerms, statuses } from './record.ts'

export const modelKinds: readonly ModelKind[] = namesIn(kinds)
export type ModelKind = NameIn<typeof kinds>

export const modelStatuses: readonly ModelStatus[] = namesIn(statuses)
export type ModelStatus = NameIn<typeof statuses>

export interface RegisteredModel {
  readonly id: Hex
  readonly status: ModelStatus
  readonly kind: ModelKind
  readonly runtime: number
  /** Bytes. */
  readonly size: number
  readonly version: number
  readonly owner: Hex
  /** SHA3-256 of the bytes. */
  readonly hash: Hex
}

export interface ModelTexts {
  readonly name: string
  readonly licence: string
  readonly metadata: string
}

/** Zeros, until the model is active. */
export type ReadModelCost = Omit<ModelCost, 'parts'>

export interface ReadModelTerms extends ModelTerms {
  /** The least, in wei. */
  readonly bond: bigint
  /** Root over their addresses. */
  readonly attesters: Hex
}

const unknown = 'models: unknown model'

function reader(call: StateCall): PrecompileReader {
  return new PrecompileReader('models', '0x0000000000000000000000000000000000000302', call)
}

/** Undefined for an id that nobody registered. */
export async function readModel(call: StateCall, id: Hex): Promise<RegisteredModel | undefined> {
  const found = await reader(call).find(questions.model, unknown, unhex(id))
  if (found === undefined) return undefined
  const [status, kind, runtime, size, version, owner, hash] = found
  return {
    id,
    status: nameIn(statuses, status),
    kind: nameIn(kinds, kind),
    runtime: Number(runtime),
    size: Number(size),
    version: Number(version),
    owner: hex(owner),
    hash: hex(hash),
  }
}

/** Undefined for an id that nobody registered. */
export async function readModelTexts(call: StateCall, id: Hex): Promise<ModelTexts | undefined> {
  const found = await reader(call).find(questions.textsOf, unknown, unhex(id))
  if (found === undefined) return undefined
  const [name, licence, metadata] = found
  return { name, licence, metadata }
}

export async function readModelCost(call: StateCall, id: Hex): Promise<ReadModelCost> {
  const found = await reader(call).ask(questions.costOf, unhex(id))
  const [macs, elements, inputBytes, outputBytes, activeFrom] = found
  return {
    macs,
    elements,
    inputBytes: Number(inputBytes),
    outputBytes: Number(outputBytes),
    activeFrom,
  }
}

export async function readModelTerms(call: StateCall, id: Hex): Promise<ReadModelTerms> {
  const found = await reader(call).ask(questions.termsOf, unhex(id))
  const [windowSeconds, windowBlocks, turnSeconds, turnBlocks, bond, attesters, threshold] = found
  const times = { windowSeconds, windowBlocks, turnSeconds, turnBlocks }
  return { ...times, bond, attesters: hex(attesters), threshold }
}

/** How many were ever registered. */
export async function countModels(call: StateCall): Promise<number> {
  const [registered] = await reader(call).ask(questions.count)
  return Number(registered)
}

/** Their ids in the order of registration, behind the first `start`, at most 100. */
export async function listModels(
  call: StateCall,
  start: number,
  most: number,
): Promise<readonly Hex[]> {
  const [ids] = await reader(call).ask(questions.list, BigInt(start), BigInt(most))
  return ids.map((id) => hex(id))
}

/** How many versions of `name` an account has registered, whoever owns them now. */
export async function countVersions(
  call: StateCall,
  publisher: Hex,
  name: string,
): Promise<number> {
  const [versions] = await reader(call).ask(questions.versionsOf, unhex(publisher), name)
  return Number(versions)
}

/** The id that a version, from 1 on, has or will have. */
export function versionId(publisher: Hex, name: string, version: number): Hex {
  return hex(modelId(unhex(publisher), name, BigInt(version)))
}
