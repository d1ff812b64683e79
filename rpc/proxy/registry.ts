import { RpcFault } from '../errors.ts'
import type { Callable } from '../method.ts'
import { isSigning, type Methods } from '../registry.ts'
import type { ProxyContext } from './context.ts'
import { methods } from './methods.ts'

/** The method of the node that takes effect. */
const forwardedWrite = 'eth_sendRawTransaction'

/** Finds what the proxy answers itself; everything else is the node's, but for what would sign. */
export function createProxyMethods(): Methods<ProxyContext> {
  const own = new Map(methods.map((method) => [method.name, method]))
  const writing = methods.filter(({ writes }) => writes).map(({ name }) => name)
  return {
    writing: new Set([...writing, forwardedWrite]),
    find(name) {
      const method = own.get(name)
      if (method !== undefined) return method
      if (isSigning(name)) throw unsupported(name)
      return forwarded(name)
    },
  }
}

function forwarded(name: string): Callable<ProxyContext> {
  return {
    long: false,
    cost: 1,
    call(params, { forwarder }, attempt) {
      if (name === forwardedWrite) attempt.begin()
      return forwarder.forward(name, params)
    },
  }
}

function unsupported(name: string): RpcFault {
  return new RpcFault(
    { code: 'RPC_SIGN_UNSUPPORTED', method: name.slice(0, 64) },
    'no bare hash is signed, nor what is signed one way here and another way there: use personal_sign, eth_signTypedData_v4 or eth_sendTransaction',
  )
}
