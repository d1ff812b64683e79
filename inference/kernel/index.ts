/**
 * The products that models consist of, by WebAssembly with SIMD, and the same in plain TypeScript: equal
 * bit for bit. Sums wrap mod 2^32.
 *
 * @module
 */
export {
  denseElements,
  denseInteger,
  densePacked,
  type PackedWeights,
  packWeights,
} from './dense.ts'
export { type Bytes, convIntegerPlain, denseIntegerPlain, type ZeroPoint } from './plain.ts'
export { type ConvShape, outputOf } from './shape.ts'
export { convElements, convInteger, convPacked } from './conv.ts'
export { type PackedFilters, packFilters } from './filters.ts'
