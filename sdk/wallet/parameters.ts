import {
  BaseError,
  hashTypedData,
  hexToBigInt,
  hexToNumber,
  isHex,
  numberToHex,
  type TypedDataDefinition,
} from 'viem'

import type { Hex } from '#base'

import { messageBytes } from '../fields.ts'
import type { ParsTransactionRequest } from '../viem/request.ts'
import { type ProviderError, refusal } from './errors.ts'

export function messageParameter(value: unknown): Uint8Array {
  if (typeof value === 'string') return messageBytes(value)
  throw invalid('message', 'give the message as a string')
}

/** What an application gave, as it was: it may change its objects while a person reads them. */
export function snapshot(params: unknown): readonly unknown[] {
  try {
    const copy: unknown = structuredClone(params)
    return Array.isArray(copy) ? copy : [copy]
  } catch {
    throw invalid('params', 'give plain data')
  }
}

/** Typed data that can be hashed, as JSON or as the object itself. */
export function typedDataParameter(value: unknown): TypedDataDefinition {
  const definition = typeof value === 'string' ? parsed(value) : value
  if (!isTypedData(definition)) {
    throw invalid('typedData', 'give domain, types, primaryType and message')
  }
  try {
    hashTypedData(definition)
  } catch (error) {
    const reason = error instanceof BaseError ? error.shortMessage : 'it cannot be hashed'
    throw invalid('typedData', reason)
  }
  return definition
}

function isTypedData(value: unknown): value is TypedDataDefinition {
  if (!isObject(value)) return false
  const { domain, types, message, primaryType } = value
  return [domain, types, message].every(isObject) && typeof primaryType === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const quantities = [
  'gas',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'nonceKey',
  'validUntil',
  'value',
] as const

/** What libraries write who mean no more by it than the fields that they give. */
const types: readonly unknown[] = [undefined, null, '0x0', '0x1', '0x2', '0x50']

type TransactionParameter = ParsTransactionRequest & { from?: unknown; chainId?: unknown }

/**
 * The transaction object of eth_sendTransaction. What type 0x50 has not is refused, and so are fields
 * that contradict each other.
 */
export function transactionParameter(value: unknown): TransactionParameter {
  if (!isObject(value)) throw invalid('transaction', 'give a transaction object')
  const given = value
  for (const field of ['authorizationList', 'blobs', 'blobVersionedHashes']) {
    if (given[field] !== undefined) throw invalid(field, 'type 0x50 has no such field')
  }
  if (!types.includes(given['type'])) throw invalid('type', 'leave it out: it becomes type 0x50')
  const request: Record<string, unknown> = {
    from: given['from'],
    chainId: given['chainId'],
    to: receiver(given['to']),
    data: payload(given),
    accessList: accessList(given['accessList']),
    nonce: numeric(given, 'nonce', hexToNumber),
  }
  for (const field of quantities) request[field] = numeric(given, field, hexToBigInt)
  const gasPrice = numeric(given, 'gasPrice', hexToBigInt)
  if (gasPrice !== undefined) {
    const others = [request['maxFeePerGas'], request['maxPriorityFeePerGas']]
    if (others.some((fee) => fee !== undefined)) {
      throw invalid('gasPrice', 'give either it or maxFeePerGas and maxPriorityFeePerGas')
    }
    Object.assign(request, { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice })
  }
  return Object.fromEntries(Object.entries(request).filter(([, one]) => isGiven(one)))
}

/** The same as JSON-RPC writes it: what a person is shown is what will be signed. */
export function shownTransaction(request: TransactionParameter): object {
  const shown = Object.entries(request).map(([field, value]) => [
    field,
    typeof value === 'bigint' || typeof value === 'number' ? numberToHex(value) : value,
  ])
  return Object.fromEntries(shown) as object
}

function receiver(to: unknown): unknown {
  if (!isGiven(to) || (isHex(to) && to.length === 42)) return to
  throw invalid('to', 'give an address, or leave it out to create a contract')
}

function payload({ data, input }: Readonly<Record<string, unknown>>): unknown {
  for (const [field, bytes] of Object.entries({ data, input })) {
    if (isGiven(bytes) && !isBytes(bytes)) throw invalid(field, 'give it in hexadecimal')
  }
  const areTwo = isBytes(data) && isBytes(input) && data.toLowerCase() !== input.toLowerCase()
  if (areTwo) throw invalid('input', 'it is not what "data" is: give one of them')
  return input ?? data
}

function accessList(list: unknown): unknown {
  if (!isGiven(list)) return undefined
  if (!Array.isArray(list)) throw invalid('accessList', 'give a list')
  return list.map((entry: unknown) => {
    const { address, storageKeys } = isObject(entry) ? entry : {}
    const keys: readonly unknown[] = Array.isArray(storageKeys) ? storageKeys : [undefined]
    if ([address, ...keys].every((one) => isHex(one))) return { address, storageKeys: keys }
    throw invalid('accessList', 'give objects with address and storageKeys')
  })
}

function isBytes(value: unknown): value is Hex {
  return isHex(value) && value.length % 2 === 0
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function numeric<Value>(
  given: Readonly<Record<string, unknown>>,
  field: string,
  read: (value: Hex) => Value,
): Value | undefined {
  const value = given[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return read(value as Hex)
  throw invalid(field, 'give it as a hexadecimal quantity')
}

function invalid(parameter: string, cure: string): ProviderError {
  return refusal({ code: 'SDK_WALLET_PARAMS', parameter }, cure)
}
