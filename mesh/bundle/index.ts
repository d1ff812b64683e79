/**
 * Files that carry objects where no network does. Without its secret such a file is random bytes; any
 * part of it that arrives is of use.
 *
 * @module
 */
export type { Quota } from './budget.ts'
export { type Entry, exportBundle, type ExportInit } from './export.ts'
export { type CarriedFile, decodeFile, encodeFile } from './file.ts'
export { type Imported, type ImportInit, importBundle } from './import.ts'
export { type Inspected, inspectBundle, type InspectInit } from './inspect.ts'
export type { ObjectSink } from './intake.ts'
export { Journal } from './journal.ts'
export type { Manifest } from './manifest.ts'
export type { CarriedObject } from './object.ts'
export type { Condition } from './read.ts'
export { isLabelled, labelledBytes, type OpeningSecret, type SealingSecret } from './secret.ts'
export type { ByteSource } from './source.ts'
