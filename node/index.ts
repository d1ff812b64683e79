/**
 * The composition root: wires chain, RPC and the machine into a node, and is the `pars` command.
 *
 * @module
 */
export { systemClock } from './clock.ts'
export { createDevSigner } from './dev-signer.ts'
export { createLog, type LogFormat } from './log.ts'
export { systemRandom } from './random.ts'
export { type RunningNode, runNode, type RunOptions } from './run.ts'
export { version } from './version.ts'
