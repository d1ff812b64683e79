import process from 'node:process'

import { hex, plainFacts } from '#base'
import { algorithms } from '#protocol'

import type { DamagedKeyFile, KeyFile } from '../../keystore.ts'

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

/** What JSON shows of a file that is no key, or cannot be read as one. */
function damageFacts({ file, fault }: DamagedKeyFile) {
  return { file, fault: { ...plainFacts(fault.facts), cure: fault.cure ?? null } }
}

export function printKey(key: KeyFile, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(keyFacts(key))}\n` : keyText(key))
}

/** As a list, however many there are. For people, what is wrong stands on standard error. */
export function printKeys(keys: readonly (KeyFile | DamagedKeyFile)[], json: boolean): void {
  if (json) {
    const facts = keys.map((one) => ('fault' in one ? damageFacts(one) : keyFacts(one)))
    process.stdout.write(`${JSON.stringify(facts)}\n`)
    return
  }
  for (const one of keys) {
    if ('fault' in one) process.stderr.write(`pars: ${one.file}: ${one.fault.message}\n`)
    else process.stdout.write(keyText(one))
  }
}
