import { readFile, stat } from 'node:fs/promises'

import { reasonOf } from '../files.ts'
import { unusableFile } from './faults.ts'
import { limits } from './limits.ts'

/** Throws `MODEL_FILE`. */
export async function readWhole(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file)
    if (size > limits.fileBytes.value)
      throw new RangeError(`more than ${limits.fileBytes.value} bytes`)
    return await readFile(file)
  } catch (error) {
    throw unusableFile(file, error instanceof RangeError ? error.message : reasonOf(error))
  }
}
