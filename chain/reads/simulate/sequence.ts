/** Which blocks a simulation has: numbers and times that rise, gaps filled with empty blocks. */
import { Fault } from '#base'

import type { SimulatedBlockRequest } from '../../call-port.ts'
import type { Header } from '../../port.ts'
import { limits } from '../limits.ts'

export interface PlannedBlock {
  readonly number: bigint
  readonly timestamp: bigint
  readonly request: SimulatedBlockRequest
}

const nothing: SimulatedBlockRequest = { calls: [] }

/** @param seconds From a block to the next one where nobody says otherwise. */
export function sequence(
  base: Pick<Header, 'number' | 'timestamp'>,
  requests: readonly SimulatedBlockRequest[],
  seconds: bigint,
): readonly PlannedBlock[] {
  if (requests.length > limits.simulatedBlocks.value) throw tooManyBlocks()
  const planned: PlannedBlock[] = []
  let { number, timestamp } = base
  for (const request of requests) {
    const wanted = request.block?.number ?? number + 1n
    if (wanted <= number) {
      throw new Fault(
        { code: 'READ_SIMULATION_NUMBER', number: wanted, parent: number },
        `block numbers must be in order: ${wanted} <= ${number}`,
      )
    }
    if (wanted - base.number > BigInt(limits.simulatedBlocks.value)) throw tooManyBlocks()
    while (number + 1n < wanted) {
      number += 1n
      timestamp += seconds
      planned.push({ number, timestamp, request: nothing })
    }
    number = wanted
    timestamp = timeAfter(timestamp, request, seconds)
    planned.push({ number, timestamp, request })
  }
  return planned
}

function timeAfter(parent: bigint, { block }: SimulatedBlockRequest, seconds: bigint): bigint {
  const time = block?.time ?? parent + seconds
  if (time > parent) return time
  throw new Fault(
    { code: 'READ_SIMULATION_TIME', time, parent },
    `block timestamps must be in order: ${time} <= ${parent}`,
  )
}

function tooManyBlocks(): Fault {
  const limit = limits.simulatedBlocks.value
  return new Fault(
    { code: 'READ_SIMULATION_BLOCKS', limit },
    `too many blocks: simulate at most ${limit}, gaps included`,
  )
}
