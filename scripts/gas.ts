/** Measures what calls of the contracts of the genesis take, and writes docs/GAS.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { measured, withGas } from '../test/contracts/gas/table.ts'

const file = path.join(import.meta.dirname, '../docs/GAS.md')
writeFileSync(file, withGas(readFileSync(file, 'utf8'), await measured()))
