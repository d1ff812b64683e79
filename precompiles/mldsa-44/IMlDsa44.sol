// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title ML-DSA-44 verification in the layout of EIP-8355
/// @notice The precompile takes raw bytes, publicKey || signature || message, and answers with a word.
/// @dev See FIPS 204, algorithm 3.
library MlDsa44 {
    address internal constant PRECOMPILE = address(0x0612);
    uint256 internal constant PUBLIC_KEY_BYTES = 1312;
    uint256 internal constant SIGNATURE_BYTES = 2420;

    /// @notice Whether `signature` is one of `message` by `publicKey` under the empty context.
    /// @dev Wrong lengths are invalid here: the precompile could not tell where the message begins.
    /// Reverts where the network has no such precompile.
    function verify(bytes memory publicKey, bytes memory signature, bytes memory message)
        internal
        view
        returns (bool)
    {
        if (publicKey.length != PUBLIC_KEY_BYTES || signature.length != SIGNATURE_BYTES) return false;
        (bool done, bytes memory word) =
            PRECOMPILE.staticcall(bytes.concat(publicKey, signature, message));
        require(done && word.length == 32, "no ML-DSA-44 precompile, or too little gas");
        return abi.decode(word, (bool));
    }
}
