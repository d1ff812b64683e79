import type { Block, BlockRef, Header } from '#consensus'

import type { Range } from './disk.ts'

/** What nodes say to each other, decoded. The encodings have tests of their own. */
export type Message =
  | { readonly type: 'push'; readonly block: Block }
  /** Resumes a stream: wants the receiver's own blocks above this round. */
  | { readonly type: 'subscribe'; readonly above: number }
  | { readonly type: 'fetch'; readonly refs: readonly BlockRef[] }
  | { readonly type: 'blocks'; readonly blocks: readonly Block[] }
  | { readonly type: 'fetchCommits'; readonly from: number; readonly to: number }
  | { readonly type: 'commits'; readonly range: Range }
  | { readonly type: 'ask'; readonly author: number; readonly challenge: number }
  | {
      readonly type: 'answer'
      readonly author: number
      readonly challenge: number
      readonly own: Header | undefined
      readonly yours: Header | undefined
    }

/** Somebody on the network. */
export interface Participant {
  readonly index: number
  /** The validator whose key it has; undefined for one that only follows. */
  readonly author: number | undefined
  readonly peer: string
  readonly isUp: boolean
  receive(from: Participant, message: Message): void
}
