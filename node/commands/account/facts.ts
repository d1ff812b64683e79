import process from 'node:process'

import { hex } from '#base'
import { algorithms } from '#protocol'

import type { KeyFile } from '../../keystore.ts'

/** What JSON shows of a key file; all of it stands there without a password. */
function keyFacts({ file, keystore }: KeyFile) {
  return {
    address: hex(keystore.address),
    algorithm: algorithms[keystore.algorithm].name,
    keyHash: hex(keystore.keyHash),
    networkId: hex(keystore.networkId),
    file,
  }
}

/** The same for people. */
function keyText(key: KeyFile): string {
  const { address, algorithm, keyHash, networkId, file } = keyFacts(key)
  return (
    `${address}\n` +
    `  algorithm  ${algorithm}\n` +
    `  key hash   ${keyHash}\n` +
    `  network id ${networkId}\n` +
    `  file       ${file}\n`
  )
}

export function printKey(key: KeyFile, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(keyFacts(key))}\n` : keyText(key))
}

/** As a list, however many there are. */
export function printKeys(keys: readonly KeyFile[], json: boolean): void {
  process.stdout.write(
    json ? `${JSON.stringify(keys.map(keyFacts))}\n` : keys.map(keyText).join(''),
  )
}
