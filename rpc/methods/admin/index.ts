import type { Method } from '../../method.ts'
import { addPeer } from './add-peer.ts'
import { datadir } from './datadir.ts'
import { nodeInfo } from './node-info.ts'
import { peers } from './peers.ts'
import { removePeer } from './remove-peer.ts'

export const admin: readonly Method[] = [addPeer, datadir, nodeInfo, peers, removePeer]
