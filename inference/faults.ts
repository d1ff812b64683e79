import { Fault } from '#base'

/** Why bytes are not a pars-int-1 model. */
export type ModelReason =
  | 'attribute'
  | 'attribute-missing'
  | 'attribute-unknown'
  | 'bytes'
  | 'constant'
  | 'data'
  | 'domain'
  | 'duplicate'
  | 'elements'
  | 'external'
  | 'field'
  | 'field-missing'
  | 'field-repeated'
  | 'inputs'
  | 'ir-version'
  | 'length'
  | 'macs'
  | 'memory'
  | 'nesting'
  | 'nodes'
  | 'name'
  | 'operator'
  | 'opset'
  | 'outputs'
  | 'rank'
  | 'shape'
  | 'text'
  | 'truncated'
  | 'type'
  | 'undefined'
  | 'values'
  | 'varint'
  | 'wire-type'

export type InferenceFaults =
  | { readonly code: 'INFERENCE_MODEL'; readonly reason: ModelReason; readonly at: string }
  | { readonly code: 'INFERENCE_INPUT'; readonly reason: 'length' | 'bool' }
  | { readonly code: 'INFERENCE_WEIGHTS'; readonly reason: 'missing' | 'length' | 'bool' }

export type InferenceFault = Fault<InferenceFaults>

/**
 * Refuses a model.
 *
 * @param at Where: a field, a node or a value by its name.
 */
export function refuse(reason: ModelReason, at: string, cure?: string): never {
  throw new Fault({ code: 'INFERENCE_MODEL', reason, at }, cure)
}
