import { Fault, isFault } from '#base'

/**
 * Execution met a limit of this machine, not of the transaction: other nodes may well have a result.
 * The block is to be discarded and tried again in a fresh worker; nothing that was written since its
 * start may be kept, and the executor that threw is not to be used again.
 */
export class HostFault extends Fault<{
  readonly code: 'EVM_HOST_FAULT'
  readonly what: string
  /** The facts of the `STATE_MISSING_BYTES` that caused it. */
  readonly missing?: object
}> {
  constructor(what: string, cause: unknown) {
    const missing = isFault(cause, 'STATE_MISSING_BYTES') && { missing: cause.facts }
    super(
      { code: 'EVM_HOST_FAULT', what, ...missing },
      'discard the block and run it in a fresh worker',
      {
        cause,
      },
    )
  }
}

/**
 * What of an error that running code threw is this machine's doing, or undefined when every machine
 * would have thrown it. The texts are those of the one V8 that the package pins; they decide whether
 * this node gives up on the block, never what the block's result is.
 */
export function hostCause(error: unknown): string | undefined {
  if (error instanceof HostFault) return error.facts.what
  if (error instanceof RangeError) {
    if (error.message === 'Maximum call stack size exceeded') return 'stack'
    return /allocat|memory/i.test(error.message) ? 'memory' : undefined
  }
  if (isFault(error) && /^(?:STATE|STORE)_/.test(error.code)) return 'state'
  // A machine that builds another kernel than all others has no say about its results.
  if (isFault(error, 'INFERENCE_KERNEL') || isTrap(error)) return 'kernel'
  if (!(error instanceof Error)) return undefined
  // crypto/ checks all lengths and points before it asks its engine: what the engine throws is not
  // about the bytes.
  if ('code' in error && /^ERR_(?:OSSL|CRYPTO|MEMORY)_/.test(String(error.code))) return 'crypto'
  return 'errno' in error ? 'input or output' : undefined
}

/** The kernel is one that every machine has checked: a trap in it is this machine's. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError'
}

/** Throws `error`, as a HostFault where it is one. */
export function rethrow(error: unknown): never {
  const cause = hostCause(error)
  throw cause === undefined || error instanceof HostFault ? error : new HostFault(cause, error)
}
