import { Fault } from '#base'

type MediumFault = Fault<{
  readonly code: 'MESH_MEDIUM'
  readonly medium: string
  readonly reason: string
}>

/** @param cure What the reader can do about it. */
export function mediumFault(medium: string, reason: string, cure: string): MediumFault {
  return new Fault({ code: 'MESH_MEDIUM', medium, reason }, cure)
}

/** Of a cell that nobody can be given now. */
export function nobody(medium: string, neighbour?: string): MediumFault {
  const reason = neighbour === undefined ? 'nobody is there' : `${neighbour} is not there`
  return mediumFault(medium, reason, 'send again when somebody is')
}

export function busy(medium: string): Fault<{ code: 'MESH_BUSY'; medium: string }> {
  return new Fault({ code: 'MESH_BUSY', medium }, 'send again when what waits has been taken')
}

export function tooLarge(medium: string, bytes: number, mtu: number): MediumFault {
  return mediumFault(medium, `a cell of ${bytes} bytes`, `send at most ${mtu}`)
}
