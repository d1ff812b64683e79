/** Why a node should not be asked now. */
export type UnreadyReason =
  | { readonly reason: 'starting' | 'draining' | 'no-peers' | 'store-full' }
  /** For good; ordering may go on. */
  | { readonly reason: 'execution-stopped' }
  /** By so many blocks, as far as it was told. */
  | { readonly reason: 'syncing'; readonly behind: number }

/** What the node knows of its own readiness. Cheap: strangers ask. */
export interface HealthFace {
  /** Empty when the node is to be asked. Never throws. */
  unready(): readonly UnreadyReason[]
}

export interface ProbeAnswer {
  readonly status: 200 | 503
  /** JSON. */
  readonly body: string
}

const paths = ['/livez', '/readyz'] as const

/** Whether `url` is one that orchestrators ask; they call the node by whatever name they have. */
export function isProbe(url: string): boolean {
  return paths.some((path) => url === path || url.startsWith(`${path}?`))
}

/**
 * `/livez` says that the event loop turns; `/readyz` whether the node is to be asked, and if not why.
 * Neither tells anything of the chain's state.
 */
export function probe(url: string, health: HealthFace): ProbeAnswer {
  if (!url.startsWith('/readyz')) return { status: 200, body: '{"live":true}' }
  const reasons = health.unready()
  const status = reasons.length === 0 ? 200 : 503
  return { status, body: JSON.stringify({ ready: status === 200, reasons }) }
}

export const alwaysReady: HealthFace = { unready: () => [] }
