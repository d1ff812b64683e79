import { access } from 'node:fs/promises'
import path from 'node:path'

import { Fault, isFault, utf8 } from '#base'
import { decodePeerBinding, encodePeerBinding, type Network, type PeerBinding } from '#network'

import { limits } from '../limits.ts'
import { readPrivate, replacePrivate } from '../private-file.ts'

/** Where it lies, in a data folder, that its node speaks for its validator. */
export function bindingFile(data: string): string {
  return path.join(data, 'validator-binding')
}

/** What the file says; undefined without one. Throws `NODE_BINDING_FORM`, `NODE_FILE`. */
export async function readBinding(data: string): Promise<PeerBinding | undefined> {
  const file = bindingFile(data)
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const text = new TextDecoder().decode(await readPrivate(file, limits.bindingBytes.value))
  try {
    return decodePeerBinding(bytesIn(text))
  } catch (error) {
    throw unusable(file, error)
  }
}

/** Has the network tell it to others. Throws `NODE_BINDING_FORM` for one of another network or key. */
export async function announce(
  data: string,
  binding: PeerBinding,
  network: Pick<Network, 'bind'>,
): Promise<void> {
  await network.bind(binding).catch((error: unknown) => {
    throw unusable(bindingFile(data), error)
  })
}

/** Resolves once it is on disk. Throws `NODE_FILE`. */
export function writeBinding(data: string, binding: PeerBinding): Promise<void> {
  return replacePrivate(bindingFile(data), utf8(`${encodePeerBinding(binding).toHex()}\n`))
}

function unusable(file: string, error: unknown): unknown {
  if (!isFault(error, 'NETWORK_BINDING')) return error
  const { reason } = error.facts as { readonly reason?: string }
  return new Fault(
    { code: 'NODE_BINDING_FORM', file, reason: reason ?? '' },
    'move it away and make another with pars validator bind',
  )
}

function bytesIn(text: string): Uint8Array {
  return /^(?:[0-9a-f]{2})+\n$/.test(text) ? Uint8Array.fromHex(text.trim()) : new Uint8Array(0)
}
