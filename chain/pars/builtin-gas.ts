import type { BuiltinGas } from '../evm/index.ts'

export const builtinGas: BuiltinGas = new Map()
