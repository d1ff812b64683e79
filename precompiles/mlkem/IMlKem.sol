// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title ML-KEM: what of it needs no secret
/// @notice The precompile takes raw bytes: 00 || encapsulationKey answers with a word, 01 || coins
/// || encapsulationKey with ciphertext || sharedSecret, or with nothing. The key's length, 800,
/// 1184 or 1568 bytes, says which parameter set.
/// @dev See FIPS 203, section 7.2 and algorithm 17.
library MlKem {
    address internal constant PRECOMPILE = address(0x0603);

    /// @notice Whether `encapsulationKey` is one of ML-KEM-512, -768 or -1024: the right length,
    /// and every coefficient below the modulus. Says nothing about who can decapsulate.
    /// @dev Reverts where the network has no such precompile.
    function isEncapsulationKey(bytes memory encapsulationKey) internal view returns (bool) {
        bytes memory word = _call(bytes.concat(bytes1(0x00), encapsulationKey));
        require(word.length == 32, "no ML-KEM precompile");
        return abi.decode(word, (bool));
    }

    /// @notice The ciphertext and the shared secret that `coins` give. Only for coins that are
    /// public already: it shows what somebody once sent, and keeps nothing secret.
    /// @return ciphertext Empty when `encapsulationKey` is none.
    /// @return sharedSecret Zero when `encapsulationKey` is none.
    function encapsulate(bytes32 coins, bytes memory encapsulationKey)
        internal
        view
        returns (bytes memory ciphertext, bytes32 sharedSecret)
    {
        if (!isEncapsulationKey(encapsulationKey)) return ("", 0);
        bytes memory output = _call(bytes.concat(bytes1(0x01), coins, encapsulationKey));
        assembly ("memory-safe") {
            let size := sub(mload(output), 32)
            sharedSecret := mload(add(add(output, 32), size))
            mstore(output, size)
        }
        ciphertext = output;
    }

    function _call(bytes memory input) private view returns (bytes memory output) {
        bool done;
        (done, output) = PRECOMPILE.staticcall(input);
        require(done, "too little gas for the ML-KEM precompile");
    }
}
