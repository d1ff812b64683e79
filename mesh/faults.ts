import { Fault } from '#base'

/**
 * - `MESH_MALFORMED`: bytes that no node that follows the specification sends.
 * - `MESH_MEDIUM`: a medium that can't be opened or can't send.
 */
export type MeshFault = Fault<
  | { readonly code: 'MESH_MALFORMED'; readonly what: string; readonly reason: string }
  | { readonly code: 'MESH_MEDIUM'; readonly medium: string; readonly reason: string }
>

export function malformed(what: string, reason: string): MeshFault {
  return new Fault({ code: 'MESH_MALFORMED', what, reason }, `this is no ${what}: ${reason}`)
}

export function mediumFault(medium: string, reason: string): MeshFault {
  return new Fault({ code: 'MESH_MEDIUM', medium, reason }, `${medium}: ${reason}`)
}
