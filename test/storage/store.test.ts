import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { openLevel, openMemory } from '#storage'

import { describeStore } from './conformance.ts'
import { FaultStore } from './fault-store.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'pars-store-'))
let count = 0

after(() => rmSync(folder, { recursive: true, force: true }))

describeStore('LevelDB', () => openLevel(path.join(folder, String(count++))))
describeStore('Memory', async () => openMemory())
describeStore('The fault store', async () => new FaultStore())
