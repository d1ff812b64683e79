// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The committee, and what its members say they are ready for
/// @notice Members and stakes are those of the genesis.
interface IValidatorSet {
    /// @param account Its owner's.
    /// @param operator Speaks for it beside the owner.
    /// @param keyHash keccak256(0x65 || public key) of what it signs blocks with.
    struct Validator {
        address account;
        address operator;
        uint64 stake;
        bytes32 keyHash;
    }

    event OperatorChanged(address indexed account, address indexed operator);
    event ReadinessChanged(
        uint256 indexed upgrade, address indexed account, bool ready, uint256 readyStake
    );

    error NotAValidator(address account);
    error NotItsOperator(address account, address caller);
    error UpgradeNotPending(uint256 upgrade);
    error NothingChanges(address account);

    function count() external view returns (uint256);

    function validator(uint256 place) external view returns (Validator memory);

    function isValidator(address account) external view returns (bool);

    function totalStake() external view returns (uint256);

    /// @notice By the validator's own account. Zero takes the operator's say away.
    function setOperator(address operator) external;

    /// @notice Says for `account` whether its node has what `upgrade` needs. By it or its operator.
    function setReady(uint256 upgrade, address account, bool ready) external;

    function isReady(uint256 upgrade, address account) external view returns (bool);

    function readyStake(uint256 upgrade) external view returns (uint256);
}
