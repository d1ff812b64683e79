// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

INonces constant NONCES = INonces(address(0x0607));

/// @title Nonce lanes
/// @notice Read-only: transactions alone move a lane.
interface INonces {
    /// @notice The nonce that the next transaction of `sender` on lane `nonceKey` has to carry.
    /// @dev Reverts for key 0, the account nonce, which contracts cannot read.
    function nextNonce(address sender, uint256 nonceKey) external view returns (uint256 nonce);
}
