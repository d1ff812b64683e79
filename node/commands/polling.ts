import { systemClock } from '../clock.ts'

/** Looks again and again, until a look gives something. */
export async function looks<Result>(
  pause: number,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise<void>((resolve) => systemClock.after(pause, resolve))
  }
}
