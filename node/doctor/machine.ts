/** What a node needs of the machine, whatever its network. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { equal, hex, unhex, utf8 } from '#base'
import { keccak256, mlDsa, mlKem, recoverPublicKey } from '#crypto'
import { contexts } from '#protocol'
import { openLevel } from '#storage'

import { systemClock } from '../clock.ts'
import { limits } from '../limits.ts'
import { systemRandom } from '../random.ts'
import { RpcClient } from '../rpc-client.ts'
import { oldestNode } from '../version.ts'
import { failed, ok, type Outcome, warning } from './finding.ts'

export function runtime(): Outcome {
  const { node, openssl } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const found = `Node ${node}, OpenSSL ${openssl}, ${process.platform}-${process.arch}`
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return ok(found)
  return failed(found, `install Node ${oldestNode.join('.')} or later`)
}

/** Of the precompile ecrecover. @see ethereum/tests, CallEcrecover0 */
const recovery = {
  hash: '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c',
  signature:
    '0x73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f' +
    'eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
  signer: '0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b',
} as const

/** Signs, verifies, encapsulates, decapsulates and recovers, for real. */
export function cryptography(): Outcome {
  const seed = systemRandom.bytes(32)
  const message = utf8('pars doctor')
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    const key = mlDsa(algorithm).fromSeed(seed)
    const signature = key.sign(message, contexts.foreign)
    if (!mlDsa(algorithm).verify(key.publicKey, message, signature, contexts.foreign)) {
      return failed('ML-DSA does not verify what it signed', 'install Node and Pars anew')
    }
  }
  const kem = mlKem(768)
  const key = kem.generate(systemRandom)
  const { ciphertext, sharedSecret } = kem.encapsulate(key.publicKey)
  if (!equal(kem.decapsulate(key, ciphertext), sharedSecret)) {
    return failed('ML-KEM does not open what it closed', 'install Node and Pars anew')
  }
  const signer = recoverPublicKey(unhex(recovery.hash), unhex(recovery.signature), 1)
  return signer !== undefined && hex(keccak256(signer).subarray(12)) === recovery.signer
    ? ok('ML-DSA, ML-KEM and secp256k1 recovery answer')
    : failed('secp256k1 recovery answers wrongly', 'install Pars anew')
}

/** Writes a store of its own, and reads it after it was closed. */
export async function store(): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-doctor-'))
  try {
    const key = utf8('pars doctor')
    const value = systemRandom.bytes(32)
    const place = path.join(folder, 'store')
    const written = await openLevel(place)
    await written.write([{ type: 'put', key, value }], { sync: true })
    await written.close()
    const opened = await openLevel(place)
    const found = opened.get(key)
    await opened.close()
    if (found === undefined || !equal(found, value)) {
      return failed(
        'LevelDB does not keep what it wrote',
        'look at the disk of the temporary folder',
      )
    }
    return ok('LevelDB writes a store, opens it again and reads it')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Compares clocks with the machine of a node. Throws `NODE_RPC_URL` and `NODE_UNREACHABLE`. */
export async function clock(url: string): Promise<Outcome> {
  const before = systemClock.now()
  const theirs = await new RpcClient(url).date()
  const after = systemClock.now()
  if (theirs === undefined) return warning('the node does not tell its time', 'ask another node')
  // It tells whole seconds, and somewhere between question and answer.
  const behind = Math.max(0, before - (theirs + 1000), theirs - after)
  const seconds = (behind / 1000).toFixed(1)
  if (behind <= limits.clockSkew.value) return ok(`${seconds} s from that of ${url}`)
  return failed(
    `${seconds} s from that of ${url}`,
    'synchronise this machine, or that one: blocks carry the time of who seals them',
  )
}
