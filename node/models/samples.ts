import { unusableFile } from './faults.ts'
import { readWhole } from './files.ts'
import { numbersIn } from './values.ts'

/**
 * Samples of a model's one input: a JSON list of lists, or 32-bit floats, little-endian, `size` of
 * them for each sample. Throws `MODEL_FILE` and `MODEL_INPUT`.
 */
export async function samplesIn(
  file: string,
  size: number,
): Promise<readonly (readonly Float32Array[])[]> {
  const bytes = await readWhole(file)
  const numbers = file.endsWith('.json')
    ? Float32Array.from(numbersIn(new TextDecoder().decode(bytes)))
    : floatsIn(file, bytes)
  if (size === 0 || numbers.length === 0 || numbers.length % size !== 0) {
    throw unusableFile(file, `${numbers.length} numbers: a sample has ${size}`)
  }
  return Array.from({ length: numbers.length / size }, (_, index) => [
    numbers.subarray(index * size, (index + 1) * size),
  ])
}

function floatsIn(file: string, bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw unusableFile(file, 'not 32-bit floats')
  return new Float32Array(bytes.slice().buffer)
}
