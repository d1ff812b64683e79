/**
 * From a float ONNX model and samples of its input to a pars-int-1 model that every machine runs to
 * the same bytes. Runs off the chain, and is itself deterministic: it uses of floating point only
 * what IEEE 754 fixes to the bit.
 *
 * @module
 */
export { type Accuracy, answerOf, argMax, compare } from './accuracy.ts'
export type { QuantizerFault } from './faults.ts'
export { evaluate, type FloatModel, openFloatModel } from './float/evaluate.ts'
export type { FloatGraph, FloatNode, FloatValue } from './float/graph.ts'
export { limits } from './limits.ts'
export {
  dequantizeOutput,
  type Metadata,
  type Quantization,
  quantizeInput,
  readMetadata,
} from './metadata.ts'
export { type Quantized, quantize, type QuantizeOptions, type Report } from './quantize.ts'
export { erf, exp, gelu, sigmoid, tanh } from './series.ts'
