// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

IInfer constant INFER = IInfer(address(0x0303));

/// @title Inference under gas
interface IInfer {
    /// @notice What an active model of kind 0 makes of `input`, the same on every machine.
    /// @param input The graph's inputs, little-endian and row-major, one after the other.
    /// @return output The graph's outputs in the same form.
    /// @return tier 3: EXECUTED.
    function infer(bytes32 model, bytes calldata input)
        external
        view
        returns (bytes memory output, uint8 tier);
}
