/** Tests that need something from outside: a browser, a terminal, the registry of npm. */
import type { Context } from 'mocha'

/**
 * Makes a test that lacks something pending, and a failure where all tests must run (`CI=true`).
 *
 * @param reason What is missing; undefined when it is all there.
 */
export function lacking(context: Context, reason: string | undefined): void {
  if (reason === undefined) return
  if (process.env['CI'] === 'true') throw new Error(reason)
  if (context.test !== undefined) context.test.title += ` (pending: ${reason})`
  context.skip()
}

export const registryAway = 'the registry of npm cannot be reached'

const networkErrors = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E50\d/

/** Whether `stderr` is that of an npm which could not ask the registry. */
export function isRegistryAway(stderr: string): boolean {
  return networkErrors.test(stderr)
}
