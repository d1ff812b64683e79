import type { SigningKey } from '#crypto'
import { type Genesis, genesisHash } from '#genesis'

import type { Config } from '../config.ts'
import { refusedSetting } from '../config.ts'
import { readPassword } from '../password.ts'
import type { CommitteeOptions, RunningNode } from '../run.ts'

/** How the settings say that a node takes part. Asks for the password of a validator's key. */
export async function committeeOptions(
  config: Config,
  at: { readonly genesis: Genesis; readonly data: string },
): Promise<CommitteeOptions> {
  const { listen, announce, peers, mdns, links } = config
  const validatorKey = config.validator ? await validatorKeyOf(config, at) : undefined
  return { validatorKey, listen, announce, peers, mdns, links }
}

async function validatorKeyOf(
  { validatorPasswordFile }: Config,
  { genesis, data }: { readonly genesis: Genesis; readonly data: string },
): Promise<SigningKey> {
  if (genesis.validators.length === 0) {
    throw refusedSetting(
      'validator',
      'this network has no validators: its one node seals by itself',
    )
  }
  const { openValidatorKey, ownValidatorKey } = await import('../consensus/validator-key.ts')
  const found = await ownValidatorKey(data)
  const password = await readPassword({
    file: validatorPasswordFile,
    question: `Password of ${found.file}`,
  })
  return openValidatorKey(found, genesisHash(genesis), password)
}

/** What a script waits for on standard error. */
export function readyFacts({ url, metrics, committee }: RunningNode, genesis: Genesis) {
  return {
    network: genesis.name,
    rpc: url,
    ...(metrics === undefined ? {} : { metrics }),
    ...(committee === undefined ? {} : { peer: committee.network.addresses().join(' ') }),
  }
}
