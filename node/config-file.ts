import path from 'node:path'

import { parse, TomlError } from 'smol-toml'

import { Fault } from '#base'
import { presetNames } from '#genesis'

import {
  checkSetting,
  kebab,
  properties,
  refusedSetting,
  type SettingName,
  type Values,
} from './config.ts'
import { readText, reasonOf } from './files.ts'
import { limits } from './limits.ts'

/**
 * What stands in a file of TOML. Paths in it begin at its folder. Throws `NODE_CONFIG` and `NODE_FILE`.
 */
export async function fileSettings(file: string): Promise<Values> {
  const content = await read(file)
  const byKey = new Map(properties.map(({ name }) => [kebab(name), name]))
  const found: Partial<Record<SettingName, unknown>> = {}
  for (const [key, value] of Object.entries(tableIn(file, content))) {
    const name = byKey.get(key)
    if (name === undefined) {
      throw refusedSetting(
        `${key} in ${file}`,
        `it is no setting: there are ${[...byKey.keys()].join(', ')}`,
      )
    }
    checkSetting(name, value, `${key} in ${file}`)
    found[name] = fromFolder(name, value, path.dirname(file))
  }
  return found
}

const presets: readonly unknown[] = presetNames
const places: readonly SettingName[] = [
  'data',
  'project',
  'tlsCertificate',
  'tlsKey',
  'validatorPasswordFile',
]

function fromFolder(name: SettingName, value: unknown, folder: string): unknown {
  const resolved = (one: string): string => path.resolve(folder, one)
  if (places.includes(name)) return resolved(value as string)
  if (name === 'genesis') return presets.includes(value) ? value : resolved(value as string)
  if (name !== 'plugins') return value
  // A bare name is a package's.
  return (value as string[]).map((one) => (one.startsWith('.') ? resolved(one) : one))
}

async function read(file: string): Promise<string> {
  try {
    return await readText(file, limits.configBytes.value)
  } catch (error) {
    const reason = reasonOf(error)
    throw new Fault({ code: 'NODE_FILE', file, reason }, 'name a file that you can read')
  }
}

function tableIn(file: string, content: string): Readonly<Record<string, unknown>> {
  try {
    return parse(content)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw refusedSetting(
      `${file}:${error.line}:${error.column}`,
      `it is not TOML: ${error.message.split('\n')[0]}`,
    )
  }
}
