// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title SLH-DSA verification under any context
/// @notice The precompile takes raw bytes, mode || contextLength || context || publicKey ||
/// signature || message, and answers with a word.
/// @dev See FIPS 205, algorithm 24.
library SlhDsaVerify {
    address internal constant PRECOMPILE = address(0x0602);
    uint8 internal constant SLH_DSA_SHA2_128S = 0x14;
    uint8 internal constant SLH_DSA_SHAKE_256S = 0x1e;

    /// @notice Whether `signature` is one of `message` by `publicKey` under `context`.
    /// @dev Wrong lengths are invalid here: the precompile could not tell where the message begins.
    /// Reverts where the network has no such precompile.
    function verify(
        uint8 mode,
        bytes memory context,
        bytes memory publicKey,
        bytes memory signature,
        bytes memory message
    ) internal view returns (bool) {
        if (context.length > 255 || !_fits(mode, publicKey.length, signature.length)) return false;
        bytes memory head = bytes.concat(bytes1(mode), bytes1(uint8(context.length)), context);
        (bool done, bytes memory word) =
            PRECOMPILE.staticcall(bytes.concat(head, publicKey, signature, message));
        require(done && word.length == 32, "no SLH-DSA precompile, or too little gas");
        return abi.decode(word, (bool));
    }

    function _fits(uint8 mode, uint256 publicKey, uint256 signature) private pure returns (bool) {
        if (mode == SLH_DSA_SHA2_128S) return publicKey == 32 && signature == 7856;
        return mode == SLH_DSA_SHAKE_256S && publicKey == 64 && signature == 29792;
    }
}
