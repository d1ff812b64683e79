import type { Command } from 'commander'

import { Fault, hex } from '#base'
import { keyHash, mlDsa, type SigningKey } from '#crypto'
import { checkNetwork, openKeystore, sealKey } from '#identity'
import type { Algorithm } from '#protocol'

import { KeyFolder, readKeyFile } from '../../keystore.ts'
import { checkPublished, type KeyNetwork, keyNetwork } from '../../network.ts'
import { readPassword } from '../../password.ts'
import { readPrivate } from '../../private-file.ts'
import { systemRandom } from '../../random.ts'
import { RpcClient } from '../../rpc-client.ts'
import {
  addAlgorithmOption,
  addKeyOptions,
  addNetworkOption,
  addRpcOptions,
  type KeyFlags,
  type NetworkFlags,
  type RpcFlags,
} from '../arguments.ts'
import { printKey } from './facts.ts'

interface ImportFlags extends RpcFlags, KeyFlags, NetworkFlags {
  readonly algorithm: Algorithm
  readonly seed: boolean
  readonly iKnow: boolean
}

interface Imported {
  readonly key: SigningKey
  readonly address?: Uint8Array
  readonly password: string
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'a keystore file')
    .option('--seed', 'the file holds a seed of 32 bytes in hexadecimal instead', false)
    .option('--i-know', 'take a key that was kept for another network', false)
  addAlgorithmOption(addNetworkOption(addKeyOptions(addRpcOptions(command))))
  command.action(async (source: string, flags: ImportFlags) => {
    const network = await keyNetwork(flags.network, new RpcClient(flags.rpc))
    const imported = flags.seed
      ? await seedKey(source, flags, network)
      : await keystoreKey(source, flags, network)
    const { networkId } = network
    const keystore = await sealKey({ ...imported, networkId, random: systemRandom })
    const file = await new KeyFolder(flags.keys).add(keystore)
    printKey({ file, keystore }, flags.json)
  })
}

async function keystoreKey(
  source: string,
  { passwordFile, iKnow }: ImportFlags,
  network: KeyNetwork,
): Promise<Imported> {
  const { keystore } = await readKeyFile(source)
  checkPublished(keystore.keyHash, network)
  if (!iKnow) checkNetwork(keystore, network.networkId)
  const password = await readPassword({ file: passwordFile, question: `Password of ${source}` })
  const key = await openKeystore(keystore, password)
  return { key, address: keystore.address, password }
}

async function seedKey(
  source: string,
  { passwordFile, algorithm }: ImportFlags,
  network: KeyNetwork,
): Promise<Imported> {
  const key = mlDsa(algorithm).fromSeed(seedIn(source, await readPrivate(source, seedText)))
  checkPublished(keyHash(algorithm, key.publicKey), network)
  const password = await readPassword({
    file: passwordFile,
    question: `Password for ${hex(keyHash(algorithm, key.publicKey).subarray(12))}`,
    isNew: true,
  })
  return { key, password }
}

const seedText = 80

function seedIn(file: string, bytes: Uint8Array): Uint8Array {
  const [, digits] = /^(?:0x)?([0-9a-fA-F]{64})\s*$/.exec(new TextDecoder().decode(bytes)) ?? []
  if (digits !== undefined) return Uint8Array.fromHex(digits)
  throw new Fault({ code: 'NODE_SEED', file }, 'a seed is 32 bytes: 64 hexadecimal digits')
}
