// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

IAccounts constant ACCOUNTS = IAccounts(address(0x0606));

/// @title The registry of account keys
/// @notice Which ML-DSA key speaks for an account. An account without a record is spoken for by the key
/// that its address was derived from. keyHash = keccak256(algorithm || publicKey); algorithm is 0x44,
/// 0x65 or 0x87. Contracts authenticate accounts by `verify` or `verifyWithKey` and never by hashing
/// a key: after a rotation the old key has no say.
interface IAccounts {
    /// @notice `account` is spoken for by the key `keyHash`, from the next transaction on.
    /// @param changes The new change counter.
    event KeyChanged(address indexed account, bytes32 indexed keyHash, uint256 changes);
    /// @param recoveryKeyHash The recovery key from `due` on; zero = none.
    event RecoverySet(address indexed account, bytes32 recoveryKeyHash, uint64 delay, uint64 due);
    /// @param due When anyone may finish the recovery.
    event RecoveryStarted(address indexed account, bytes32 indexed newKeyHash, uint64 due);
    /// @param cancels How many recoveries in a row are cancelled now.
    event RecoveryCancelled(address indexed account, bytes32 indexed newKeyHash, uint8 cancels);

    /// @notice Records the key that this transaction carries. Direct calls only.
    function register() external;

    /// @notice Replaces the caller's key. Direct calls only.
    /// @param proofOfPossession By the new key, context pars-key-v1, over
    /// keccak256("rotate" || networkId || account || changes || newKeyHash).
    function rotate(uint8 algorithm, bytes calldata publicKey, bytes calldata proofOfPossession)
        external;

    /// @notice Names the key that can recover the caller's account: at once the first time, after the
    /// delay in force when it replaces or (both zero) removes one. Direct calls only.
    /// @param delay In seconds, one day to 365 days.
    function setRecovery(bytes32 recoveryKeyHash, uint64 delay) external;

    /// @notice Starts the delay after which `account` has the new key. Anyone may bring the signatures.
    /// @param proofOfPossession By the new key, as for `rotate`.
    /// @param recoverySignature By the recovery key, context pars-key-v1, over
    /// keccak256("recover" || networkId || account || changes || newKeyHash).
    function startRecovery(
        address account,
        uint8 newAlgorithm,
        bytes calldata newPublicKey,
        bytes calldata proofOfPossession,
        uint8 recoveryAlgorithm,
        bytes calldata recoveryPublicKey,
        bytes calldata recoverySignature
    ) external;

    /// @notice Stops a recovery of the caller that is not due, at most two in a row; the next one takes
    /// twice as long. Direct calls only.
    function cancelRecovery() external;

    /// @notice Gives `account` the new key once the recovery is due. Anyone.
    function finishRecovery(address account) external;

    /// @notice Whether `signature` is by the recorded key of `account`, context pars-712-v1, over
    /// networkId || hash. False without a record.
    function verify(address account, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool valid);

    /// @notice The same with the key given: the recorded one, or, without a record, the one that the
    /// address was derived from.
    function verifyWithKey(
        address account,
        uint8 algorithm,
        bytes calldata publicKey,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (bool valid);

    /// @notice The genesis hash, which everything that keys sign contains.
    function networkId() external view returns (bytes32 genesisHash);

    /// @notice Zero without a record.
    function keyOf(address account) external view returns (bytes32 keyHash);

    /// @notice The recorded key; zero and empty without a record.
    function publicKeyOf(address account)
        external
        view
        returns (uint8 algorithm, bytes memory publicKey);

    /// @notice The change counter that the next rotation or recovery signs.
    function changesOf(address account) external view returns (uint256 changes);

    /// @notice The recovery of `account` as it stands now: the key and the delay (doublings included) in
    /// force, cancels in a row, the recovery under way, and the setting that holds from `nextDue` on.
    function recoveryOf(address account)
        external
        view
        returns (
            bytes32 recoveryKeyHash,
            uint64 delay,
            uint8 cancels,
            bytes32 pendingKeyHash,
            uint64 pendingDue,
            bytes32 nextRecoveryKeyHash,
            uint64 nextDelay,
            uint64 nextDue
        );
}
