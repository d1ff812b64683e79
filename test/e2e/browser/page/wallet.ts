/** The page's owner: keeps the keys, asks the person, and offers the wallet to applications. */
import { http } from 'viem'

import type { Hex } from '#base'
import { registration } from '#sdk'
import { createBrowserKeys, type KeyPlatform } from '#sdk/browser'
import { parsChain, toParsAccount } from '#sdk/viem'
import { announceProvider, ParsProvider } from '#sdk/wallet'

import { outcomeOf } from './outcome.ts'

const page = globalThis as unknown as KeyPlatform & EventTarget
const keys = createBrowserKeys(page, { name: 'wallet' })
const asked: string[] = []
let isWilling = true

interface StoredRecord {
  keyPair?: { privateKey: unknown }
  wrappingKey?: unknown
  format: number
  sealed?: Uint8Array
}

const wallet = {
  create: (label: string) => outcomeOf(async () => (await keys.create({ label })).address),
  /** At once, as from two windows. */
  createMany: (count: number) =>
    Promise.all(Array.from({ length: count }, async () => (await keys.create()).address)),
  restore: (seed: readonly number[]) =>
    outcomeOf(async () => (await keys.create({ seed: Uint8Array.from(seed) })).address),
  list: () => outcomeOf(() => keys.list()),
  open: (address: Hex) => outcomeOf(async () => (await keys.open(address)).address),
  remove: (address: Hex) => outcomeOf(() => keys.remove(address)),

  /** What a script in the page can do with what is stored: every export of the secret, tried. */
  async exports(address: Hex): Promise<readonly string[]> {
    const { keyPair, wrappingKey } = await stored(address, 'readonly')
    const secret = (keyPair?.privateKey ?? wrappingKey) as never
    const formats = ['raw', 'raw-private', 'raw-seed', 'raw-secret', 'pkcs8', 'jwk']
    const tried = formats.map((format) =>
      outcomeOf(() => page.crypto.subtle!.exportKey(format, secret)),
    )
    return (await Promise.all(tried)).map((one) => ('value' in one ? 'exported' : one.name))
  },

  /** Writes over one field of a stored key. */
  async damage(address: Hex, field: 'format' | 'keyPair' | 'other' | 'sealed'): Promise<void> {
    const other = await keys.create()
    const record = await stored(address, 'readonly')
    const theirs = await stored(other.address, 'readonly')
    if (field === 'format') record.format++
    else if (field === 'sealed') record.sealed![7]! ^= 1
    // Each half is a good one; together they are none.
    else if (field === 'keyPair') record.keyPair!.privateKey = theirs.keyPair!.privateKey
    else Object.assign(record, theirs, { address })
    await stored(address, 'readwrite', record)
    await keys.remove(other.address)
  },

  async connect(
    address: Hex,
    node: string,
    { networkId, isRegistered = false }: { networkId: Hex; isRegistered?: boolean },
  ): Promise<void> {
    const key = await keys.open(address)
    const provider = new ParsProvider({
      account: toParsAccount(key, { networkId, isRegistered }),
      chain: parsChain({ id: 7227, name: 'page', rpcUrl: node, networkId }),
      transport: http(undefined, { retryCount: 0 }),
      approve: async ({ method }) => {
        asked.push(method)
        return isWilling
      },
    })
    const info = { uuid: key.address, name: 'Pars', icon: 'data:,', rdns: 'example.pars' }
    announceProvider(page, info, provider)
  },

  registration,
  setWilling(value: boolean): void {
    isWilling = value
  },
  asked: (): readonly string[] => asked.splice(0),
}

/** Past the SDK: reads a record, or writes one. */
function stored(
  address: Hex,
  mode: 'readonly' | 'readwrite',
  record?: StoredRecord,
): Promise<StoredRecord> {
  return new Promise((resolve, reject) => {
    const opening = page.indexedDB!.open('wallet', 1)
    opening.addEventListener('success', () => {
      const database = opening.result
      const transaction = database.transaction('keys', mode, { durability: 'strict' })
      const store = transaction.objectStore('keys') as ReturnType<
        typeof transaction.objectStore
      > & {
        put(value: unknown): void
      }
      if (record !== undefined) store.put(record)
      const reading = store.get(address)
      transaction.addEventListener('complete', () => {
        database.close()
        resolve(reading.result as StoredRecord)
      })
      transaction.addEventListener('abort', () => reject(reading.error))
    })
  })
}

export type WalletPage = typeof wallet

Object.assign(globalThis, { wallet })
