import type { AccountSigner } from '../signer.ts'
import type { Forwarder } from './forward.ts'

/** What the methods of a proxy may use. */
export interface ProxyContext {
  readonly signer: AccountSigner
  readonly forwarder: Forwarder
  /** Whether the request brought the token. */
  readonly isAuthorized: boolean
}
