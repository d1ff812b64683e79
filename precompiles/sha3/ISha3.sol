// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title The hashes of FIPS 202, which Solidity's keccak256 is not
/// @notice The precompile takes raw bytes, operation || outputLength (2 bytes) || data, and answers
/// with the output, or with nothing when there is no such operation or length.
/// @dev Reverts where the network has no such precompile.
library Sha3 {
    address internal constant PRECOMPILE = address(0x0605);
    uint8 internal constant SHA3_256 = 0x01;
    uint8 internal constant SHA3_512 = 0x02;
    uint8 internal constant SHAKE128 = 0x03;
    uint8 internal constant SHAKE256 = 0x04;

    function sha3_256(bytes memory data) internal view returns (bytes32) {
        return bytes32(_hash(SHA3_256, 32, data));
    }

    /// @return 64 bytes.
    function sha3_512(bytes memory data) internal view returns (bytes memory) {
        return _hash(SHA3_512, 64, data);
    }

    /// @param outputLength 1 to 8192 bytes.
    function shake128(bytes memory data, uint16 outputLength) internal view returns (bytes memory) {
        return _hash(SHAKE128, outputLength, data);
    }

    /// @param outputLength 1 to 8192 bytes.
    function shake256(bytes memory data, uint16 outputLength) internal view returns (bytes memory) {
        return _hash(SHAKE256, outputLength, data);
    }

    function _hash(uint8 operation, uint16 outputLength, bytes memory data)
        private
        view
        returns (bytes memory output)
    {
        bool done;
        (done, output) = PRECOMPILE.staticcall(abi.encodePacked(operation, outputLength, data));
        require(done && output.length == outputLength && outputLength > 0, "no such SHA-3 call");
    }
}
