import { type Parameters, parameters, slowLinkParameters } from '#consensus'
import { type Timings, timings } from '#network'

/** What the links between nodes are like: those of the internet, or such that take seconds one way. */
export type Links = 'usual' | 'slow'

export interface Patience {
  readonly parameters: Parameters
  readonly timings: Timings
}

/**
 * How long consensus and network wait for others. Network waits as many times longer on slow links as
 * consensus does for an answer: a connection that is given up before the answer can come is none.
 */
export function patienceFor(links: Links): Patience {
  const chosen = links === 'slow' ? slowLinkParameters : parameters
  const factor = chosen.requestTimeout / parameters.requestTimeout
  const { tick, ...waits } = timings
  return {
    parameters: chosen,
    timings: { tick, ...scaled(waits, factor) },
  }
}

function scaled(waits: Omit<Timings, 'tick'>, factor: number): Omit<Timings, 'tick'> {
  return {
    handshakeTimeout: waits.handshakeTimeout * factor,
    heartbeat: waits.heartbeat * factor,
    statusTimeout: waits.statusTimeout * factor,
    requestTimeout: waits.requestTimeout * factor,
    pushStall: waits.pushStall * factor,
    gossipStall: waits.gossipStall * factor,
  }
}
