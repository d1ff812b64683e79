// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Bytes as code
/// @notice A chunk is the code 0x00 || bytes, which nothing can run, of an account made by CREATE2
/// with salt 0: its address follows from its bytes. Code is read at 3 gas per word and costs 200
/// gas per byte to keep, less than a third of storage.
library ChunkStore {
    /// @notice What EIP-170 leaves beside the first byte.
    uint256 internal constant MOST_BYTES = 24_575;

    /// @dev PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: returns
    /// what follows these ten bytes.
    /// @return pointer Zero when there was not enough gas, or too great a depth of calls.
    function create(bytes memory data) internal returns (address pointer) {
        bytes memory creation =
            abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a3d393df300", data);
        assembly ("memory-safe") {
            pointer := create2(0, add(creation, 32), mload(creation), 0)
        }
    }

    function size(address pointer) internal view returns (uint256) {
        return pointer.code.length - 1;
    }

    /// @notice The bytes of all pointers, one after the other.
    function read(address[] memory pointers) internal view returns (bytes memory data) {
        uint256 total = 0;
        for (uint256 index = 0; index < pointers.length; index++) {
            total += size(pointers[index]);
        }
        data = new bytes(total);
        uint256 offset = 32;
        for (uint256 index = 0; index < pointers.length; index++) {
            address pointer = pointers[index];
            uint256 length = size(pointer);
            assembly ("memory-safe") {
                extcodecopy(pointer, add(data, offset), 1, length)
            }
            offset += length;
        }
    }
}
