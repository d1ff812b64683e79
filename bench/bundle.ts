import { applications, sizeOf } from '../scripts/bundle.ts'

/** Prints what the SDK adds to a page, by what the page takes of it. */
export async function bundle(): Promise<void> {
  for (const [name, source] of Object.entries(applications)) {
    const { minified, gzip } = await sizeOf(source)
    console.log(`${name.padEnd(28)}${kilobytes(minified)} ${kilobytes(gzip)} gzip`)
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(8)} kB`
}
