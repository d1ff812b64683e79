import { randomFillSync } from 'node:crypto'

import type { Random } from '#base'

export const systemRandom: Random = {
  bytes: (size) => randomFillSync(new Uint8Array(size)),
}
