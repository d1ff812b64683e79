// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {INFER} from "precompiles/infer/IInfer.sol";

/// @notice Asks a model, as any contract can.
contract ModelReader {
    function read(bytes32 model, bytes calldata input)
        external
        view
        returns (bytes memory output)
    {
        (output,) = INFER.infer(model, input);
    }
}
