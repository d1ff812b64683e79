// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What a network chooses
/// @notice Values by name, within bounds that stand in the genesis and that nothing moves.
/// @dev Names are ASCII, left-aligned in their word. See Parameters.
interface IChainParams {
    event ParameterSet(bytes32 indexed key, uint256 before, uint256 value);

    error UnknownParameter(bytes32 key);
    error OutOfBounds(bytes32 key, uint256 value, uint256 least, uint256 most);
    error OnlyGovernance(address caller);

    function get(bytes32 key) external view returns (uint256 value);

    function bounds(bytes32 key) external view returns (uint256 least, uint256 most);

    /// @notice By the timelock, or by the upgrade schedule when an upgrade becomes active.
    function set(bytes32 key, uint256 value) external;
}
