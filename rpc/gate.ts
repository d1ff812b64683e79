/** What stands before the methods: who may call which of them, and how much. */
import { type AllowList, isAdministrative } from './allow-list.ts'
import { RpcFault } from './errors.ts'
import { limits } from './limits.ts'
import type { ClientRates } from './rates/client-rates.ts'
import { local } from './source.ts'

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
  /**
   * Before a request is parsed: for its size, and for its first call, whatever becomes of it. Throws
   * `RPC_RATE`.
   */
  arrive(characters: number, context: In): void
  /** Before each further call of a batch is looked at. Throws `RPC_RATE`. */
  enter(context: In): void
  /** Before the method `name` runs. Throws `RPC_METHOD_CLOSED`. */
  pass(name: string, cost: number, context: In): void
  /** Whether the method `name`, where there is one, can be called. */
  offers(name: string, context: In): boolean
  /** After a call, for what nobody knew before it. */
  spend(units: number, context: In): void
  /** Whose share of the server a call takes; undefined for who is no stranger. */
  stranger(context: In): string | undefined
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
  const take = (visitor: Visitor, units: number): void => {
    if (rates === undefined || isKnown(visitor)) return
    const refused = rates.refusal(visitor.client)
    if (refused !== undefined) throw refused.fault
    rates.charge(visitor.client, units)
  }
  return {
    arrive(characters, visitor) {
      take(visitor, entrance + Math.floor(characters / limits.unitCharacters.value))
    },
    enter(visitor) {
      take(visitor, entrance)
    },
    spend(units, visitor) {
      if (!isKnown(visitor) && units > 0) rates?.charge(visitor.client, units)
    },
    stranger(visitor) {
      return isKnown(visitor) || visitor.client === local ? undefined : visitor.client
    },
    offers(name, visitor) {
      const { transport } = visitor
      if (transport === 'ipc') return true
      if (isAdministrative(name)) return false
      return isKnown(visitor) || (transport === 'ws' ? ws : http).has(name)
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
