import { readFile } from 'node:fs/promises'

import { Fault } from '#base'
import { type Genesis, parseGenesis, preset, type PresetName, presetNames } from '#genesis'

/** What `genesisOf` takes, in help. */
export const genesisSource = `file, or ${presetNames.join(', ')}`

/** A genesis by the name of a preset or the path of a document. Throws as `parseGenesis`, and `GENESIS_UNREADABLE`. */
export async function genesisOf(source: string): Promise<Genesis> {
  if (isPreset(source)) return preset(source)
  let text: string
  try {
    text = await readFile(source, 'utf8')
  } catch (error) {
    throw new Fault(
      { code: 'GENESIS_UNREADABLE', file: source, reason: (error as { code?: string }).code ?? '' },
      `name a file, or one of the presets ${presetNames.join(', ')}`,
    )
  }
  return parseGenesis(text)
}

function isPreset(name: string): name is PresetName {
  return (presetNames as readonly string[]).includes(name)
}
