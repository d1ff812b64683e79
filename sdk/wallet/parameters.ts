import {
  BaseError,
  hashTypedData,
  hexToBigInt,
  hexToBytes,
  hexToNumber,
  isHex,
  stringToBytes,
  type TypedDataDefinition,
} from 'viem'

import type { Hex } from '#base'

import type { ParsTransactionRequest } from '../viem/request.ts'
import { type ProviderError, refusal } from './errors.ts'

/** Data in hexadecimal; any other text stands for its UTF-8, as wallets take it. */
export function bytesParameter(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalid('message', 'give the message as a string')
  return isHex(value) && value.length % 2 === 0 ? hexToBytes(value) : stringToBytes(value)
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

/**
 * The transaction object of eth_sendTransaction. Fields that type 0x50 has not are left out when they
 * say nothing (`type`), and refused when they would.
 */
export function transactionParameter(
  value: unknown,
): ParsTransactionRequest & { from?: unknown; chainId?: unknown } {
  if (!isObject(value)) throw invalid('transaction', 'give a transaction object')
  const given = value
  for (const field of ['authorizationList', 'blobs', 'blobVersionedHashes']) {
    if (given[field] !== undefined) throw invalid(field, 'type 0x50 has no such field')
  }
  const request: Record<string, unknown> = {
    from: given['from'],
    chainId: given['chainId'],
    to: given['to'],
    data: given['data'] ?? given['input'],
    accessList: given['accessList'],
    nonce: numeric(given, 'nonce', hexToNumber),
  }
  for (const field of quantities) request[field] = numeric(given, field, hexToBigInt)
  const gasPrice = numeric(given, 'gasPrice', hexToBigInt)
  request['maxFeePerGas'] ??= gasPrice
  request['maxPriorityFeePerGas'] ??= gasPrice
  return Object.fromEntries(Object.entries(request).filter(([, one]) => one !== undefined))
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
