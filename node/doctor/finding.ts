import { isFault } from '#base'

/** What a look at one thing gave. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly found: string
  /** What helps. */
  readonly cure?: string
}

export type Outcome = Omit<Finding, 'check'>

export function ok(found: string): Outcome {
  return { status: 'ok', found }
}

export function warning(found: string, cure: string): Outcome {
  return { status: 'warning', found, cure }
}

export function failed(found: string, cure: string): Outcome {
  return { status: 'failed', found, cure }
}

/** What `look` sees; what it throws is a failure with the cure that it carries. */
export async function finding(
  check: string,
  look: () => Outcome | Promise<Outcome>,
): Promise<Finding> {
  try {
    return { check, ...(await look()) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const cure = isFault(error) ? error.cure : undefined
    if (cure === undefined) {
      return { check, ...failed(text, 'report this as a defect, with the whole line') }
    }
    return { check, ...failed(text.slice(0, -`: ${cure}`.length), cure) }
  }
}
