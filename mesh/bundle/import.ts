import { type Clock, equal } from '#base'

import { bundleClosed, bundleExpired } from '../faults.ts'
import { limits } from '../limits.ts'
import { Budget, type Quota } from './budget.ts'
import { type Counts, Intake, type IntakeInit } from './intake.ts'
import type { Journal } from './journal.ts'
import { sizeClass } from './layout.ts'
import type { Manifest } from './manifest.ts'
import type { MerkleRoot } from './merkle.ts'
import { Opening } from './opening.ts'
import { type Condition, manifestOf, Reading } from './read.ts'
import type { OpeningSecret } from './secret.ts'
import type { ByteSource } from './source.ts'

export interface ImportInit extends Pick<IntakeInit, 'arrived' | 'sink'> {
  readonly source: ByteSource
  readonly by: OpeningSecret
  readonly journal: Journal
  readonly clock: Clock
  /** What the bundle may bring; `limits.bundleQuota…` where absent. */
  readonly quota?: Quota | undefined
  /** Takes a bundle whose lifetime is over as well: in a blackout clocks go wrong. */
  readonly takesExpired?: boolean | undefined
  /** @param bytes Of the file, that are done. */
  readonly progress?: ((bytes: number) => void) | undefined
}

export interface Imported extends Readonly<Counts> {
  /** Undefined where it was lost. */
  readonly manifest: Manifest | undefined
  readonly condition: Condition
  /** The chunk from which it was read: not 0 where an earlier import was killed. */
  readonly resumed: number
  /** Whether all objects came that the manifest names. */
  readonly isComplete: boolean
}

/**
 * Takes over what a bundle has, as far as it can be read: any part of it, any number of times, in any
 * order with others. Goes on where a crash ended the last attempt.
 *
 * Throws `MESH_BUNDLE_FORM`, `MESH_BUNDLE_CLOSED` where nothing of it opens, `MESH_BUNDLE_EXPIRED`, and
 * `MESH_MALFORMED` for a manifest that is none; then nothing was taken.
 */
export async function importBundle(init: ImportInit): Promise<Imported> {
  const { source, by, sink, journal, clock, quota, takesExpired, progress, arrived } = init
  const opening = await Opening.begin(source, by)
  const manifest = await manifestOf(opening)
  const expires = expiryOf(manifest)
  const isExpired = expires !== undefined && expires <= clock.now() / 1000
  if (isExpired && takesExpired !== true) throw bundleExpired(expires)
  const intake = new Intake({
    sink,
    arrived,
    budget: new Budget(quota ?? usualQuota),
    expires: isExpired ? undefined : expires,
  })
  const reading = new Reading(opening)
  const resumed = journal.next(opening.salt)
  for await (const frames of reading.from(resumed)) {
    for (let at = 0; at < frames.length; at += batch) {
      await Promise.all(frames.slice(at, at + batch).map((frame) => intake.take(frame)))
    }
    // What is lost here may be whole in another copy of the file.
    if (reading.isGapless) await journal.keep(opening.salt, reading.next)
    progress?.(opening.length)
  }
  if (!opening.hasOpened) throw bundleClosed(sizeClass(opening.length))
  await journal.forget(opening.salt)
  const { condition } = reading
  const isComplete = isWhole(condition) && (resumed > 0 || isNamedBy(manifest, intake.tree))
  return { ...intake.counts, manifest, condition, resumed, isComplete }
}

/** Whether all of a bundle was read, from where reading began. */
export function isWhole({ lost, dropped, isEnded }: Condition): boolean {
  return isEnded && lost === 0 && dropped === 0
}

/** Whether a manifest names the objects of `tree`, all of them and no other. */
export function isNamedBy(manifest: Manifest | undefined, { count, root }: MerkleRoot): boolean {
  return manifest !== undefined && manifest.count === count && equal(manifest.root, root)
}

/** Frames at once: a store writes so many in one go. */
const batch = limits.objectBatch.value

const usualQuota: Quota = {
  bytes: limits.bundleQuotaBytes.value,
  objects: limits.bundleQuotaObjects.value,
}

/** Seconds since 1970. */
function expiryOf(manifest: Manifest | undefined): number | undefined {
  if (manifest === undefined || manifest.lifetime === 0) return undefined
  return manifest.created + manifest.lifetime
}
