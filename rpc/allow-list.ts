import { Fault } from '#base'

/** Method names that a transport offers to everybody. */
export interface AllowList {
  has(method: string): boolean
}

const entryForm = /^[a-z][a-z0-9]{0,31}(?:[_.][A-Za-z0-9]{0,64})?$/

/** Only who has the rights of the node's own user reaches the socket of IPC. */
export const isAdministrative = (method: string): boolean => method.startsWith('admin_')

/**
 * @param entries Whole names, and namespaces as `eth_`. Throws `RPC_METHOD_FORM` for what names no
 * method, and for what the network never offers.
 */
export function createAllowList(entries: readonly string[]): AllowList {
  for (const entry of entries) check(entry)
  const names = new Set(entries)
  const namespaces = entries.filter((entry) => /[_.]$/.test(entry))
  return {
    has: (method) => names.has(method) || namespaces.some((one) => method.startsWith(one)),
  }
}

function check(entry: string): void {
  if (!entryForm.test(entry) || !/[_.]/.test(entry)) {
    throw new Fault({ code: 'RPC_METHOD_FORM', entry }, 'give eth_call, or eth_ for all of eth')
  }
  if (isAdministrative(entry)) {
    throw new Fault(
      { code: 'RPC_METHOD_FORM', entry },
      'what administers the node is offered on its socket (IPC) alone: leave it out',
    )
  }
}

/** Everything. */
export const anyMethod: AllowList = { has: () => true }

/** What a node offers to strangers: nothing here is dear, or tells of others. */
export const publicMethods: readonly string[] = ['eth_', 'net_', 'web3_', 'pars_', 'rpc_', 'rpc.']
