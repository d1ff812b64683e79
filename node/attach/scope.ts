/** What can be said at the prompt: each method of the node as a function of its namespace. */
import { type Context, createContext, runInContext } from 'node:vm'

import type { RpcAsker } from '../rpc-client.ts'

const nameForm = /^([a-z][a-zA-Z0-9]{0,31})[_.]([a-zA-Z][a-zA-Z0-9]{0,63})$/

/** Names of methods, as the node tells them. */
export async function methodsOf(node: RpcAsker): Promise<readonly string[]> {
  const document = await node.ask<unknown>('rpc.discover')
  const { methods } = (document ?? {}) as { readonly methods?: unknown }
  if (!Array.isArray(methods)) return []
  return methods
    .map((method) => (method as { readonly name?: unknown } | null)?.name)
    .filter((name) => typeof name === 'string' && nameForm.test(name))
    .map(String)
}

type Call = (...parameters: readonly unknown[]) => Promise<unknown>
type Namespace = Record<string, Call>

/**
 * `eth.blockNumber()` and `eth_blockNumber()` for each method, and `call('method', ...)` for any. A
 * bigint goes out as a quantity. Globals are those of the language alone.
 */
export function scopeOf(node: RpcAsker, methods: readonly string[]): Context {
  const scope = Object.create(null) as Record<string, Namespace | Call>
  const call: Call = (name, ...parameters) => node.ask(String(name), ...parameters.map(outgoing))
  scope['call'] = call
  for (const method of methods) {
    const [, space = '', name = ''] = nameForm.exec(method) ?? []
    const known = scope[space]
    const namespace: Namespace =
      typeof known === 'object' ? known : (Object.create(null) as Namespace)
    if (typeof known !== 'function') scope[space] = namespace
    const bound: Call = (...parameters) => call(method, ...parameters)
    namespace[name] = bound
    if (!method.includes('.')) scope[method] = bound
  }
  return createContext(scope)
}

/** The value of one expression, which may await. */
export function valueOf(expression: string, scope: Context): Promise<unknown> {
  const script = `(async () => (${expression}\n))()`
  return new Promise((resolve) => {
    resolve(runInContext(script, scope, { filename: 'pars attach' }))
  })
}

function outgoing(value: unknown): unknown {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (Array.isArray(value)) return Array.from(value as readonly unknown[], outgoing)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, outgoing(each)]))
}

/** JSON on one line, without what a terminal could obey. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value ?? null, (_, each: unknown) => outgoing(each))
  const plain = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${plain}\n`
}
