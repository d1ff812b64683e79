// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title BLAKE2b
/// @notice The precompile takes raw bytes, outBytes (1) || keyBytes (1) || key || message, and answers
/// with the hash.
/// @dev See RFC 7693.
library Blake2b {
    address internal constant PRECOMPILE =
        address(bytes20(hex"6dcdc3ef5cd9048c9d89d2c0c0c2f6dd0c9025c9"));

    /// @notice BLAKE2b-256, the hash of Substrate, Filecoin and Tezos.
    function hash256(bytes memory message) internal view returns (bytes32) {
        return bytes32(hash(32, "", message));
    }

    /// @notice BLAKE2b with `outBytes` bytes of output, 1 to 64, under a key of at most 64 bytes.
    /// @dev Reverts for other lengths, and where the network has no such precompile.
    function hash(uint8 outBytes, bytes memory key, bytes memory message)
        internal
        view
        returns (bytes memory)
    {
        require(key.length <= 64, "blake2b: key length");
        bytes memory input =
            bytes.concat(bytes1(outBytes), bytes1(uint8(key.length)), key, message);
        (bool done, bytes memory output) = PRECOMPILE.staticcall(input);
        require(done && output.length == outBytes, "no blake2b precompile, or a wrong length");
        return output;
    }
}
