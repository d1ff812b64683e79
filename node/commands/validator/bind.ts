import process from 'node:process'

import type { Command } from 'commander'

import { Fault } from '#base'
import { type Committee, firstEpoch } from '#consensus'
import { type Genesis, genesisHash } from '#genesis'
import { type PeerBinding, signPeerBinding } from '#network'

import { systemClock } from '../../clock.ts'
import { bindingFile, readBinding, writeBinding } from '../../consensus/binding.ts'
import { nodeKeyFile, openNodeKey } from '../../consensus/node-key.ts'
import { openValidatorKey, ownValidatorKey } from '../../consensus/validator-key.ts'
import { genesisOf } from '../../genesis-source.ts'
import { readPassword } from '../../password.ts'
import { wholeOf } from '../arguments.ts'
import { addFolderOptions, type FolderFlags } from './options.ts'

interface BindFlags extends FolderFlags {
  readonly network: string
  readonly sequence?: bigint
}

/** As bindings hold it: six bytes. */
const mostSequence = 2 ** 48 - 1

export function configure(command: Command): void {
  addFolderOptions(command)
    .requiredOption('--network <genesis>', 'document or preset of the network')
    .option(
      '--sequence <number>',
      'the highest holds (default: the time in seconds, and above that of the last)',
      wholeOf,
    )
    .addHelpText(
      'after',
      `
The validator's key signs that the node whose key is in the folder speaks for it. The others learn it
when that node starts, and no longer take the one before for the validator's. When a node's key was
stolen: stop the node, take its key away, and bind a new one, which this makes.
  mv validator-0/node.key stolen.key
  pars validator bind --data validator-0 --network genesis.json`,
    )
    .action(async (flags: BindFlags) => {
      const { data, json } = flags
      const genesis = await genesisOf(flags.network)
      const networkId = genesisHash(genesis)
      const found = await ownValidatorKey(data)
      // What is refused is refused before a password is asked for.
      const sequence = nextSequence(flags, await readBinding(data))
      const password = await readPassword({
        file: flags.validatorPasswordFile,
        question: `Password of ${found.file}`,
      })
      const key = await openValidatorKey(found, networkId, password)
      const { committee } = firstEpoch(genesis)
      const author = placeOf(key.publicKey, committee)
      const nodeKey = await openNodeKey(data)
      nodeKey.assertApart(...genesis.validators.map(({ publicKey }) => publicKey))
      const peer = nodeKey.peerId.toString()
      checkFree(peer, author, genesis, data)
      const { epoch } = committee
      const binding = signPeerBinding(key, { networkId, epoch, author, peer, sequence })
      await writeBinding(data, binding)
      const facts = { file: bindingFile(data), epoch, author, peerId: peer, sequence }
      process.stdout.write(
        json
          ? `${JSON.stringify(facts)}\n`
          : `validator ${author} speaks from ${peer}, number ${sequence}\nStart its node: the others learn it then.\n`,
      )
    })
}

/** Throws `CONSENSUS_SIGNER`. */
function placeOf(publicKey: Uint8Array, committee: Committee): number {
  const author = committee.placeOf(publicKey)
  if (author !== undefined) return author
  throw new Fault(
    { code: 'CONSENSUS_SIGNER', epoch: committee.epoch },
    'the key is not of a validator of this network: nobody would heed what it binds',
  )
}

/** Throws `NODE_BINDING_STALE` for one that others would pass over. */
function nextSequence({ sequence, data }: BindFlags, last: PeerBinding | undefined): number {
  const least = (last?.sequence ?? 0) + 1
  const usual = Math.max(least, Math.floor(systemClock.now() / 1000))
  const next = sequence === undefined ? usual : Number(sequence)
  if (next >= least && next <= mostSequence) return next
  throw new Fault(
    { code: 'NODE_BINDING_STALE', file: bindingFile(data), sequence: next, least },
    `the highest number holds: give one from ${least} to ${mostSequence}`,
  )
}

/** Throws `NODE_KEY_TAKEN` for the node of another validator. */
function checkFree(peer: string, author: number, { validators }: Genesis, data: string): void {
  const owner = validators.findIndex(({ peerId }) => peerId === peer)
  if (owner === -1 || owner === author) return
  throw new Fault(
    { code: 'NODE_KEY_TAKEN', file: nodeKeyFile(data), validator: owner },
    'the genesis names this node for another validator: give this one a node of its own',
  )
}
