// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What the schedule asks of the registry of PIPs
interface IUpgradeRegistry {
    /// @notice The number of the PIP whose actions run in this transaction.
    function running() external view returns (uint256 number);

    /// @notice By the schedule alone: the PIP is implemented when this upgrade is active.
    function upgradeScheduled(uint256 number, uint256 upgrade) external;
}
