import type { ParsProvider } from './provider.ts'

/** @see EIP-6963, "Provider Info" */
export interface ProviderInfo {
  /** UUIDv4, a new one for each load of the page. */
  readonly uuid: string
  readonly name: string
  /** A data URI. */
  readonly icon: string
  /** Reverse domain name. */
  readonly rdns: string
}

/**
 * Lets the applications of a page find the wallet. Ends with the function that it returns.
 *
 * @param page `window`.
 * @see EIP-6963
 */
export function announceProvider(
  page: EventTarget,
  info: ProviderInfo,
  provider: ParsProvider,
): () => void {
  const detail = Object.freeze({ info: Object.freeze({ ...info }), provider })
  const announce = (): void => {
    page.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  }
  page.addEventListener('eip6963:requestProvider', announce)
  announce()
  return () => page.removeEventListener('eip6963:requestProvider', announce)
}
