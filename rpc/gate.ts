/** What stands before the methods: who may call which of them, and how much. */
import { type AllowList, isAdministrative } from './allow-list.ts'
import { RpcFault } from './errors.ts'
import type { ClientRates } from './rates/client-rates.ts'

/** How a call reached the node. */
export type Transport = 'http' | 'ws' | 'ipc'

/** What of the context of a call decides. */
export interface Visitor {
  readonly transport: Transport
  /** As `sourceOf` names it. */
  readonly client: string
  /** Whether it brought the token of the server. */
  readonly isAuthorized: boolean
}

export interface Gate<In> {
  /** Before a call is looked at; it is charged whatever becomes of it. Throws `RPC_RATE`. */
  enter(context: In): void
  /** Before the method `name` runs. Throws `RPC_METHOD_CLOSED`. */
  pass(name: string, cost: number, context: In): void
}

export interface GateInit {
  /** Undefined where everybody may call as much as the other limits allow. */
  readonly rates: ClientRates | undefined
  readonly http: AllowList
  readonly ws: AllowList
}

/** What the least of calls costs, one that cannot be understood included. */
const entrance = 1

/** Neither who has the node's token nor who reaches its socket is a stranger. */
export function createGate({ rates, http, ws }: GateInit): Gate<Visitor> {
  const isKnown = ({ transport, isAuthorized }: Visitor): boolean =>
    transport === 'ipc' || isAuthorized
  return {
    enter(visitor) {
      if (rates === undefined || isKnown(visitor)) return
      const refused = rates.refusal(visitor.client)
      if (refused !== undefined) throw refused.fault
      rates.charge(visitor.client, entrance)
    },
    pass(name, cost, visitor) {
      const { transport, client } = visitor
      if (transport === 'ipc') return
      if (isAdministrative(name)) throw closed(name, 'it is offered on the IPC socket alone')
      if (isKnown(visitor)) return
      if (!(transport === 'ws' ? ws : http).has(name)) {
        throw closed(name, `its operator may send the token, or add it to ${transport}-methods`)
      }
      if (cost > entrance) rates?.charge(client, cost - entrance)
    },
  }
}

function closed(name: string, cure: string): RpcFault {
  const method = name.slice(0, 64)
  return new RpcFault(
    { code: 'RPC_METHOD_CLOSED', method },
    `the method ${method} does not exist/is not available here: ${cure}`,
  )
}
