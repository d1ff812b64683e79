/** Precompiles of packages in a genesis document. */
import { Fault, unhex } from '#base'
import { formatGenesis, type Genesis, parseGenesis } from '#genesis'
import { importPackage, packageIntegrity, type Precompile, specHash } from '#precompiles'

import { type Candidate, candidate } from '../precompile/candidate.ts'

export interface Scheduled {
  readonly genesis: Genesis
  readonly plugin: Precompile
  /** What its owner has to do before a node finds it: lines for people. */
  readonly installation: readonly string[]
}

/**
 * The genesis with the precompile of a package in it, from the height `from` on.
 *
 * @param target As `candidate` takes it. Its code is loaded, to learn what it promises.
 * Throws what `candidate`, `packageIntegrity`, `importPackage` and `parseGenesis` throw, and
 * `PRECOMPILE_VERSION`.
 */
export async function schedule(
  genesis: Genesis,
  target: string,
  { project, from }: { readonly project: string; readonly from: bigint },
): Promise<Scheduled> {
  await using subject = await candidate(target, project)
  const { module, version, folder } = subject
  const integrity = await packageIntegrity(folder)
  const plugin = await importPackage(folder, module)
  if (plugin.version !== version) {
    throw new Fault(
      {
        code: 'PRECOMPILE_VERSION',
        module,
        expected: plugin.version,
        found: version,
        folder,
      },
      'package.json gives another version than the precompile: ask its authors for a release that says one',
    )
  }
  const { name, address } = plugin
  const specification = { specHash: specHash(plugin), module, integrity, from }
  const added = { ...specification, name, version, address: unhex(address) }
  const precompiles = [...genesis.precompiles, added]
  // Through the document and back: the rules of a genesis hold for this one too.
  const next = parseGenesis(formatGenesis({ ...genesis, precompiles }))
  return { genesis: next, plugin, installation: installation(subject) }
}

/** A node runs packages that are installed; npm may have a stranger's of the same name. */
function installation({ sources, module, version }: Candidate): readonly string[] {
  if (sources === undefined) return []
  const tarball = `${module.replace('@', '').replace('/', '-')}-${version}.tgz`
  return [
    `Install it before: npm pack --ignore-scripts ${sources}`,
    `                   npm install --ignore-scripts ./${tarball}`,
  ]
}
