/** The system contracts that accounts use: address and ABI in the form that viem and ethers parse. */
import { hex } from '#base'
import { systemAddresses } from '#protocol'

/** The registry of account keys, at 0x0606. */
export const accountsContract = {
  address: hex(systemAddresses.accounts),
  abi: [
    'event KeyChanged(address indexed account, bytes32 indexed keyHash, uint256 changes)',
    'event RecoverySet(address indexed account, bytes32 recoveryKeyHash, uint64 delay, uint64 due)',
    'event RecoveryStarted(address indexed account, bytes32 indexed newKeyHash, uint64 due)',
    'event RecoveryCancelled(address indexed account, bytes32 indexed newKeyHash, uint8 cancels)',
    'function register()',
    'function rotate(uint8 algorithm, bytes publicKey, bytes proofOfPossession)',
    'function setRecovery(bytes32 recoveryKeyHash, uint64 delay)',
    'function startRecovery(address account, uint8 newAlgorithm, bytes newPublicKey, bytes proofOfPossession, uint8 recoveryAlgorithm, bytes recoveryPublicKey, bytes recoverySignature)',
    'function cancelRecovery()',
    'function finishRecovery(address account)',
    'function verify(address account, bytes32 hash, bytes signature) view returns (bool valid)',
    'function verifyWithKey(address account, uint8 algorithm, bytes publicKey, bytes32 hash, bytes signature) view returns (bool valid)',
    'function networkId() view returns (bytes32 genesisHash)',
    'function keyOf(address account) view returns (bytes32 keyHash)',
    'function publicKeyOf(address account) view returns (uint8 algorithm, bytes publicKey)',
    'function changesOf(address account) view returns (uint256 changes)',
    'function recoveryOf(address account) view returns (bytes32 recoveryKeyHash, uint64 delay, uint8 cancels, bytes32 pendingKeyHash, uint64 pendingDue, bytes32 nextRecoveryKeyHash, uint64 nextDelay, uint64 nextDue)',
  ],
} as const

/** The next nonce of every lane, at 0x0607. */
export const noncesContract = {
  address: hex(systemAddresses.nonces),
  abi: ['function nextNonce(address sender, uint256 nonceKey) view returns (uint256 nonce)'],
} as const
