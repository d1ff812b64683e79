// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title ML-DSA verification of any parameter set under any context
/// @notice The precompile takes raw bytes, mode || contextLength || context || publicKey || signature
/// || message, and answers with a word.
/// @dev See FIPS 204, algorithm 3.
library MlDsaVerify {
    address internal constant PRECOMPILE = address(0x0601);
    uint8 internal constant ML_DSA_44 = 0x44;
    uint8 internal constant ML_DSA_65 = 0x65;
    uint8 internal constant ML_DSA_87 = 0x87;

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
        require(done && word.length == 32, "no ML-DSA precompile, or too little gas");
        return abi.decode(word, (bool));
    }

    function _fits(uint8 mode, uint256 publicKey, uint256 signature) private pure returns (bool) {
        if (mode == ML_DSA_44) return publicKey == 1312 && signature == 2420;
        if (mode == ML_DSA_65) return publicKey == 1952 && signature == 3309;
        return mode == ML_DSA_87 && publicKey == 2592 && signature == 4627;
    }
}
