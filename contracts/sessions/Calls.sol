// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

struct Call {
    address to;
    /// Native PARS, in wei.
    uint256 value;
    bytes data;
}

/// @title Calls of an account, as they are made and as they are signed
abstract contract Calls {
    error NoCalls();
    error NoCode(uint256 index);
    error CallFailed(uint256 index, bytes output);

    bytes internal constant CALL_TYPE = "Call(address to,uint256 value,bytes data)";
    bytes32 private constant CALL_TYPEHASH = keccak256(CALL_TYPE);

    /// @dev In order; all of them or none.
    function _make(Call[] calldata calls) internal returns (bytes[] memory outputs) {
        outputs = new bytes[](calls.length);
        for (uint256 index = 0; index < calls.length; index++) {
            Call calldata one = calls[index];
            // A call of nothing succeeds: a mistyped target would look like one that was reached.
            if (one.data.length > 0 && one.to.code.length == 0) revert NoCode(index);
            (bool done, bytes memory output) = one.to.call{value: one.value}(one.data);
            if (!done) revert CallFailed(index, output);
            outputs[index] = output;
        }
    }

    /// @dev The EIP-712 hash of a Call[].
    function _hashOf(Call[] calldata calls) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](calls.length);
        for (uint256 index = 0; index < calls.length; index++) {
            Call calldata one = calls[index];
            bytes32 data = keccak256(one.data);
            hashes[index] = keccak256(abi.encode(CALL_TYPEHASH, one.to, one.value, data));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
