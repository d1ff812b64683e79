// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title How much agreement an action needs
/// @notice Tier 0 is a text or a small spending, tier 1 a parameter or a larger spending, tier 2 an
/// upgrade, governance itself, and everything that nobody has judged.
interface IActionTiers {
    event TierSet(address indexed target, bytes4 indexed selector, uint8 tier);

    error OnlyTimelock(address caller);
    error UnknownTier(uint8 tier, uint8 most);
    error LengthMismatch(uint256 targets, uint256 values, uint256 calldatas);
    /// @dev What the network's own contracts do is judged by code, for good.
    error BuiltIn(address target);

    /// @notice The tier of a batch: that of its highest action, and that of all its spendings
    /// together. 0 for none.
    function tierOf(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas
    ) external view returns (uint8 tier);

    /// @notice The tier of calls without value of a contract that the network did not bring.
    function tierOfCall(address target, bytes4 selector) external view returns (uint8 tier);

    /// @notice Judges one function of a contract that the network did not bring, whatever its
    /// arguments; 2 forgets it. By the timelock, in tier 2.
    function setTier(address target, bytes4 selector, uint8 tier) external;
}
