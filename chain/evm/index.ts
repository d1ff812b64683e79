/**
 * Running transactions: @ethereumjs's EVM with plugins among its precompiles, fast built-in
 * precompiles, a synchronous interpreter, and rules that answer without searching.
 *
 * Owns gas and protection of plugins, and the line between a result and a fault of this host. Does
 * not own state, blocks, or which plugins are active.
 *
 * @module
 */
export type { BuiltinGas } from './builtins.ts'
export type { TransactionContext } from './context.ts'
export { createExecutor, type Executor, type ExecutorOptions } from './executor.ts'
export { FastCommon, rulesOf } from './fast-common.ts'
export { HostFault } from './host-fault.ts'
export type { Payout } from './plugin-view.ts'
export type { VerifyPoint } from './point-evaluation.ts'
export type { Defect, PluginObserver } from './run-plugin.ts'
export { revertReason } from './revert-reason.ts'
export { opcodeName } from './opcode-names.ts'
export type { FrameEnd, FrameKind, FrameStart, Step, StepTracer, Tracer } from './tracer.ts'
