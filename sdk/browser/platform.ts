import type { PlatformKey, SubtleMlDsa } from '../web-crypto.ts'

/** What the key store needs of a page: `window`, or `self` in a worker. */
export interface KeyPlatform {
  /** Absent where the page is neither of https nor of the loopback. */
  readonly crypto: { readonly subtle: SubtleKeys | undefined }
  readonly indexedDB: DatabaseFactory | null | undefined
}

interface AesGcmParameters {
  readonly name: 'AES-GCM'
  readonly iv: Uint8Array<ArrayBuffer>
  readonly additionalData: Uint8Array<ArrayBuffer>
}

export interface SubtleKeys extends SubtleMlDsa {
  generateKey(
    algorithm: { readonly name: string; readonly length?: number },
    extractable: boolean,
    usages: ('sign' | 'verify' | 'encrypt' | 'decrypt')[],
  ): Promise<unknown>
  encrypt(
    parameters: AesGcmParameters,
    key: PlatformKey,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>
  decrypt(
    parameters: AesGcmParameters,
    key: PlatformKey,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>
}

/** Of IndexedDB what one object store needs. @see https://www.w3.org/TR/IndexedDB/ */
export interface DatabaseFactory {
  open(name: string, version: number): DatabaseRequest<Database>
}

export interface DatabaseRequest<Result> extends EventTarget {
  readonly result: Result
  readonly error: unknown
}

export interface Database extends EventTarget {
  createObjectStore(name: string, options: { readonly keyPath: string }): unknown
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options: { readonly durability: 'strict' },
  ): Transaction
  close(): void
}

interface Transaction extends EventTarget {
  readonly error: unknown
  objectStore(name: string): ObjectStore
}

export interface ObjectStore {
  add(record: unknown): DatabaseRequest<unknown>
  get(key: string): DatabaseRequest<unknown>
  getKey(key: string): DatabaseRequest<unknown>
  getAllKeys(): DatabaseRequest<unknown[]>
  delete(key: string): DatabaseRequest<undefined>
}
