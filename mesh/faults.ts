import { Fault, hex } from '#base'

/**
 * - `MESH_BUNDLE_CLOSED`: a bundle of which nothing opens.
 * - `MESH_BUNDLE_EXPIRED`: a bundle that was worth carrying up to a time that is over.
 * - `MESH_BUNDLE_FORM`: a bundle that is opened by another kind of secret.
 * - `MESH_BUNDLE_OBJECT`: an object that can't be put into a bundle.
 * - `MESH_LINK`: a link that can't do what was asked of it.
 * - `MESH_MALFORMED`: bytes that no node that follows the specification sends.
 * - `MESH_MEDIUM`: a medium that can't be opened or can't send.
 * - `MESH_BUSY`: a medium for which too much waits.
 * - `MESH_TRANSFER`: an object that was not handed over.
 * - `MESH_GONE`: a circuit or a medium that is no more.
 */
export type MeshFault = Fault<
  | { readonly code: 'MESH_BUSY'; readonly medium: string }
  | { readonly code: 'MESH_BUNDLE_CLOSED'; readonly sizeClass: number }
  | { readonly code: 'MESH_BUNDLE_EXPIRED'; readonly expired: number }
  | { readonly code: 'MESH_BUNDLE_FORM'; readonly sealedTo: BundleForm }
  | { readonly code: 'MESH_BUNDLE_OBJECT'; readonly id: string; readonly reason: string }
  | { readonly code: 'MESH_GONE' }
  | { readonly code: 'MESH_LINK'; readonly reason: LinkReason }
  | { readonly code: 'MESH_MALFORMED'; readonly what: string; readonly reason: string }
  | { readonly code: 'MESH_MEDIUM'; readonly medium: string; readonly reason: string }
  | { readonly code: 'MESH_TRANSFER'; readonly reason: TransferReason }
>

/**
 * - `busy`: more requests than this node answers in a second.
 * - `cancelled`: while it was being made.
 * - `closed`: by either side, or forgotten.
 * - `exhausted`: as many cells under one key as there may be.
 * - `responder`: only who made a link can show who it is.
 * - `unanswered`: nobody answers at the end of the path.
 * - `unreachable`: no path is known.
 * - `unconfirmed`: the other side has not shown yet that it holds the keys.
 */
export type LinkReason = keyof typeof linkCures

const linkCures = {
  busy: 'the request is sent again later',
  cancelled: 'open another',
  closed: 'resume it or open another',
  exhausted: 'let a ratchet through, or open another link',
  responder: 'make a link of your own to introduce yourself',
  unanswered: 'the path is forgotten: look for another',
  unconfirmed: 'wait for its first cell',
  unreachable: 'it may not have announced itself yet, or nobody is in reach',
} as const

export function linkFault(reason: LinkReason): MeshFault {
  return new Fault({ code: 'MESH_LINK', reason }, linkCures[reason])
}

export type BundleForm = 'recipient' | 'shared secret'

/** @param sizeClass Bytes: all that a wrong secret shows. */
export function bundleClosed(sizeClass: number): MeshFault {
  return new Fault(
    { code: 'MESH_BUNDLE_CLOSED', sizeClass },
    'the secret is another, the file is no bundle, or all of it is damaged',
  )
}

/** @param expired Seconds since 1970. */
export function bundleExpired(expired: number): MeshFault {
  return new Fault(
    { code: 'MESH_BUNDLE_EXPIRED', expired },
    'look at the clock of this machine, or take it all the same',
  )
}

export function bundleForm(sealedTo: BundleForm): MeshFault {
  const cure = {
    recipient: 'it says that it is sealed to a key: open it with that',
    'shared secret':
      'it does not say that it is sealed to a key: try a passphrase or the key of a group',
  }
  return new Fault({ code: 'MESH_BUNDLE_FORM', sealedTo }, cure[sealedTo])
}

export function bundleObject(id: Uint8Array, reason: string): MeshFault {
  return new Fault({ code: 'MESH_BUNDLE_OBJECT', id: hex(id), reason }, 'leave it out')
}

export function malformed(what: string, reason: string): MeshFault {
  return new Fault({ code: 'MESH_MALFORMED', what, reason }, `this is no ${what}: ${reason}`)
}

export function mediumFault(medium: string, reason: string): MeshFault {
  return new Fault({ code: 'MESH_MEDIUM', medium, reason }, `${medium}: ${reason}`)
}

/**
 * - `busy`: too many bytes wait for this link.
 * - `differs`: the receipt is of other bytes.
 * - `empty`, `large`: an object that can't be sent at once.
 * - `stopped`: the link was closed before the receipt.
 */
export type TransferReason = keyof typeof transferCures

const transferCures = {
  busy: 'send it when others have arrived',
  differs: 'the other side is broken or lies: open another link',
  empty: 'there is nothing to send',
  large: 'send it in parts',
  stopped: 'send it over the next link',
} as const

export function transferFault(reason: TransferReason): MeshFault {
  return new Fault({ code: 'MESH_TRANSFER', reason }, transferCures[reason])
}
