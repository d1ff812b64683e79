/** sha256 of nothing: a block without execution requests. @see EIP-7685 */
export const noRequests = Uint8Array.fromHex(
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
)
