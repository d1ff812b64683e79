import {
  hexToBigInt,
  hexToBytes,
  hexToNumber,
  isHex,
  stringToBytes,
  type TypedDataDefinition,
} from 'viem'

import type { Hex } from '#base'

import type { ParsTransactionRequest } from '../viem/request.ts'
import { ProviderError } from './errors.ts'

/** Data in hexadecimal; any other text stands for its UTF-8, as wallets take it. */
export function bytesParameter(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalid('message', 'give the message as a string')
  return isHex(value) && value.length % 2 === 0 ? hexToBytes(value) : stringToBytes(value)
}

/** Typed data as JSON or as the object itself. */
export function typedDataParameter(value: unknown): TypedDataDefinition {
  const definition = typeof value === 'string' ? parsed(value) : value
  const isComplete =
    typeof definition === 'object' &&
    definition !== null &&
    ['domain', 'message', 'primaryType', 'types'].every((field) => field in definition)
  if (isComplete) return definition as TypedDataDefinition
  throw invalid('typedData', 'give domain, types, primaryType and message')
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
  if (typeof value !== 'object' || value === null) {
    throw invalid('transaction', 'give a transaction object')
  }
  const given = value as Readonly<Record<string, unknown>>
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
  return new ProviderError({ code: 'SDK_WALLET_PARAMS', parameter }, cure)
}
