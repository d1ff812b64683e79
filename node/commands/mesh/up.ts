import process from 'node:process'

import type { Command } from 'commander'

import { Fault } from '#base'
import { addressText, NetworkKey } from '#mesh'

import { systemClock } from '../../clock.ts'
import { createLog } from '../../log.ts'
import { MeshDaemon } from '../../mesh/daemon.ts'
import { readPassword } from '../../password.ts'
import { systemRandom } from '../../random.ts'
import { stopSignal } from '../stop-signal.ts'
import { addMeshOptions, type MeshFlags } from './asking.ts'

interface UpFlags extends MeshFlags {
  readonly medium: readonly string[]
  readonly network: string
  readonly networkPassphrase?: boolean
  readonly networkPassphraseFile?: string
  readonly public: boolean
  readonly relay: boolean
  readonly trustClock: boolean
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

export function configure(command: Command): void {
  addMeshOptions(command)
    .option(
      '--medium <medium>',
      'what carries cells, as tcp://host:port, tcp-listen://host:port, udp://host:port?listen=host:port, lan://, pipe:command, drop:folder, kiss:device or rnode:device; may be given several times',
      collect,
      [],
    )
    .option(
      '--network-passphrase',
      'ask for the passphrase that this network’s cells are masked by',
    )
    .option('--network-passphrase-file <file>', 'a file whose first line is that passphrase')
    .option('--no-public', 'announce nothing: only who knows the address finds it')
    .option('--no-relay', 'hand on nothing that is for others')
    .option('--no-trust-clock', 'the clock of this machine may be wrong by hours')
    .action(async (flags: UpFlags) => {
      const log = createLog({ format: 'text', level: 'info' })
      const options = { clock: systemClock, random: systemRandom, log }
      if (flags.medium.length === 0) {
        const reason = 'no --medium'
        throw new Fault(
          { code: 'NODE_USAGE', reason },
          'name one: lan:// finds others on this network',
        )
      }
      const daemon = await MeshDaemon.start({
        ...options,
        data: flags.data,
        media: flags.medium,
        network: await networkKey(flags),
        isPublic: flags.public,
        relays: flags.relay,
        isClockTrusted: flags.trustClock,
      })
      const address = addressText(daemon.identity.address)
      process.stdout.write(
        flags.json === true ? `${JSON.stringify({ address })}\n` : `${address}\n`,
      )
      const signal = await stopSignal(log, systemClock)
      log.info('stopping', { signal })
      await daemon.stop()
    })
}

async function networkKey(flags: UpFlags): Promise<NetworkKey | undefined> {
  const file = flags.networkPassphraseFile
  if (flags.networkPassphrase !== true && file === undefined) return undefined
  const passphrase = await readPassword({ file, question: 'Passphrase of the network' })
  return NetworkKey.derive(flags.network, passphrase)
}
