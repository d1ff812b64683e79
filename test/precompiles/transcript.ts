/** Prints each plugin's transcript as JSON; the conformance suite runs it in another process. */
import { discover, seededRandom, transcript } from '#precompiles'

export async function transcripts(seed: string): Promise<Readonly<Record<string, string>>> {
  const plugins = await discover()
  return Object.fromEntries(
    plugins.map((plugin) => {
      const random = seededRandom(seed)
      return [plugin.name, transcript(plugin, { random, garbage: 64 }).toHex()]
    }),
  )
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await transcripts(process.argv[2] ?? '')))
}
