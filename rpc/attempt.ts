import type { Hex } from '#base'

import { RpcFault } from './errors.ts'
import type { Visit } from './visit.ts'

/**
 * One call, as what takes effect sees it: nothing begins once its caller was told that time is over,
 * and a caller who is told so later learns what may have happened.
 */
export class Attempt {
  readonly #visit: Pick<Visit<unknown>, 'expired'>
  #begun = false
  #timedOut = timedOut
  #hash: Hex | undefined

  constructor(visit: Pick<Visit<unknown>, 'expired'>) {
    this.#visit = visit
  }

  /** Throws `RPC_TIMEOUT` when nobody waits any more. */
  check(): void {
    if (this.#visit.expired) throw this.timeout()
  }

  /**
   * From here on the call may take effect, as the transaction `hash` where that is known. Throws
   * `RPC_TIMEOUT` when nobody waits any more.
   */
  begin(hash?: Hex): void {
    this.check()
    this.#begun = true
    this.#hash = hash
  }

  /** What the caller is told at the deadline, where Ethereum has a number of its own for it. */
  timesOutAs(fault: () => RpcFault): void {
    this.#timedOut = fault
  }

  /** What the caller is told at the deadline. */
  timeout(): RpcFault {
    if (!this.#begun) return this.#timedOut()
    const hash = this.#hash
    const what = hash === undefined ? 'the transaction' : hash
    return new RpcFault(
      { code: 'RPC_TIMEOUT_SENDING', ...(hash === undefined ? {} : { hash }) },
      `request timed out, and it may have been sent: look for ${what} before you send it again`,
    )
  }
}

export function timedOut(): RpcFault {
  return new RpcFault(
    { code: 'RPC_TIMEOUT' },
    'request timed out: ask for less at once, or again later',
  )
}
