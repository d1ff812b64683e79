import { opendir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'

/** What an installed package is, in one hash. */
import { compare, Fault, utf8 } from '#base'
import { sha512 } from '#crypto'

import { limits } from './limits.ts'

/**
 * The integrity of the files of the package in `folder`, in the form of a package lock:
 * `sha512-` and the base64 of the SHA-512 of a list, with a line `hash  path\n` for each file, in the
 * order of the bytes of the paths; hash is the SHA-512 of the content in hexadecimal, and path is
 * relative and divided by `/`. It is what `sha512sum` prints. All files
 * count: a package with packages below it has no integrity.
 *
 * Throws `PRECOMPILE_PACKAGE_FILE` or `PRECOMPILE_PACKAGE_TOO_LARGE`.
 * @see PIP-0003 "Packages"
 */
export async function packageIntegrity(folder: string): Promise<string> {
  const lines: string[] = []
  let bytes = 0
  for (const file of (await filesOf(folder)).toSorted(byBytes)) {
    const place = path.join(folder, file)
    bytes += (await stat(place)).size
    if (bytes > limits.packageBytes.value) {
      throw tooLarge(folder, 'bytes', limits.packageBytes.value)
    }
    lines.push(`${sha512(await readFile(place)).toHex()}  ${file}\n`)
  }
  return `sha512-${sha512(utf8(lines.join(''))).toBase64()}`
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const waiting = ['']
  for (let within = waiting.pop(); within !== undefined; within = waiting.pop()) {
    for await (const entry of await opendir(path.join(folder, within))) {
      const file = within === '' ? entry.name : `${within}/${entry.name}`
      if (file.toLowerCase() === 'node_modules') throw inner(folder, file)
      if (entry.isDirectory()) waiting.push(file)
      else if (entry.isFile() && !/[\\\r\n\uFFFD]/.test(file)) found.push(file)
      else throw oddFile(folder, file)
      if (found.length + waiting.length > limits.packageFiles.value) {
        throw tooLarge(folder, 'files', limits.packageFiles.value)
      }
    }
  }
  return found
}

function byBytes(a: string, b: string): number {
  return compare(utf8(a), utf8(b))
}

function oddFile(folder: string, file: string): Fault {
  return new Fault(
    { code: 'PRECOMPILE_PACKAGE_FILE', folder, file },
    'a package holds folders and plain files, with neither backslash nor line break in their names',
  )
}

function inner(folder: string, file: string): Fault {
  return new Fault(
    { code: 'PRECOMPILE_PACKAGE_FILE', folder, file },
    'a precompile needs no packages of its own: install the published package, not a link to its sources; its authors leave dependencies out',
  )
}

function tooLarge(folder: string, unit: string, most: number): Fault {
  return new Fault(
    { code: 'PRECOMPILE_PACKAGE_TOO_LARGE', folder, unit, most },
    'leave out what the precompile does not need',
  )
}
