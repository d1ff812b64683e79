/**
 * Objects over a link that loses, repeats and reorders: coded, so that it does not matter which of
 * their frames arrive.
 *
 * @module
 */
export { Decoder, Encoder } from './fountain.ts'
export { headerBytes as fragmentHeaderBytes } from './frame.ts'
export { type LinkHint, LinkModel } from './link-model.ts'
export { type TransferPorts, Transfers } from './transfers.ts'
