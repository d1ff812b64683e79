/** The chain ids of the networks that have a preset. @see EIP-155 */
export const chainIds = { mainnet: 6133n, testnet: 6134n, devnet: 7227n } as const
