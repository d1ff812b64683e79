import { Fault } from '#base'

import { RpcFault } from './errors.ts'
import type { Callable, Context, Method, Part } from './method.ts'

/** What the dispatcher finds methods in. */
export interface Methods<In = Context> {
  /** Names of the methods that take effect. */
  readonly writing: ReadonlySet<string>
  /** Throws `RPC_METHOD_UNKNOWN` or what else says why there is none. */
  find(name: string): Callable<In>
}

/** Finds methods by name; throws `RPC_METHOD_UNKNOWN`, `RPC_KEYS_ABSENT` or `RPC_SIGN_UNSUPPORTED`. */
export interface Registry extends Methods {
  readonly methods: readonly Method[]
}

/** Method names that ask a node to sign, in any Ethereum client. */
const signing = /^(?:eth_(?:sign\w*|sendTransaction)|personal_\w+)$/

export function isSigning(name: string): boolean {
  return signing.test(name)
}

/**
 * @param signs Whether the node holds keys.
 * @param parts What its contexts have.
 * Throws `RPC_METHOD_DUPLICATE`.
 */
export function createRegistry(
  methods: readonly Method[],
  signs: boolean,
  parts: readonly Part[] = [],
): Registry {
  const byName = new Map<string, Method>()
  for (const method of methods) {
    if (byName.has(method.name)) {
      throw new Fault({ code: 'RPC_METHOD_DUPLICATE', method: method.name }, 'name it otherwise')
    }
    const isWhole = method.needs === undefined || parts.includes(method.needs)
    if (isWhole && (signs || !method.signs)) byName.set(method.name, method)
  }
  return {
    methods: [...byName.values()],
    writing: new Set([...byName.values()].filter(({ writes }) => writes).map(({ name }) => name)),
    find(name) {
      const method = byName.get(name)
      if (method !== undefined) return method
      throw unknown(name, signs)
    },
  }
}

/** The parts that a context has. */
export function partsOf(context: Pick<Context, Part>): readonly Part[] {
  return (['dev', 'builder'] as const).filter((part) => context[part] !== undefined)
}

function unknown(name: string, signs: boolean): RpcFault {
  if (isSigning(name)) return signs ? signUnsupported(name) : keysAbsent(name)
  return new RpcFault({ code: 'RPC_METHOD_UNKNOWN', method: name.slice(0, 64) }, absent(name))
}

export function keysAbsent(name: string): RpcFault {
  return new RpcFault(
    { code: 'RPC_KEYS_ABSENT', method: name.slice(0, 64) },
    `${absent(name)}: this node holds no keys; sign in your wallet and send with eth_sendRawTransaction`,
  )
}

function signUnsupported(name: string): RpcFault {
  return new RpcFault(
    { code: 'RPC_SIGN_UNSUPPORTED', method: name.slice(0, 64) },
    `${absent(name)}: this node signs what eth_sendTransaction sends and nothing else; run pars proxy before it for the rest`,
  )
}

function absent(name: string): string {
  return `the method ${name.slice(0, 64)} does not exist/is not available`
}
