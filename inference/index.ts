/**
 * pars-int-1: the strict reader of integer ONNX models, their exact semantics, and what running them
 * costs. Pure functions of bytes, equal on every machine; all that validators must agree on about a
 * model.
 *
 * @module
 */
export * from './commitment/index.ts'
export { element, execute, trace } from './execute.ts'
export type { InferenceFault, InferenceFaults, ModelReason } from './faults.ts'
export { compile, type CompileOptions } from './graph/compile.ts'
export { claimLimits, inferLimits, type ModelLimits } from './limits.ts'
export {
  type AttributeSpec,
  type FloatType,
  type InitializerSpec,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
  type ValueSpec,
  writeModel,
  writeTensor,
} from './onnx/writer.ts'
export type {
  Attributes,
  Constant,
  Cost,
  Element,
  ElementType,
  Node,
  NodeCost,
  Program,
  Tensor,
  TensorData,
  TensorType,
  Value,
} from './types.ts'
export { attachWeights } from './weights.ts'
