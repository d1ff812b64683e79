// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {ACCOUNTS} from "../../precompiles/accounts/IAccounts.sol";

/// @title An EIP-712 domain of one network
/// @notice Its salt is G, the genesis hash, so that nothing signed for one network is valid on
/// another with the same chain id.
/// @dev Everything is read when it is needed and nothing kept, so that the contract may stand in a
/// genesis, whose hash it could not contain.
abstract contract NetworkEIP712 is IERC5267 {
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,"
        "bytes32 salt)"
    );

    /// @dev Both constants of the contract.
    function _domain() internal pure virtual returns (string memory name, string memory version);

    /// @inheritdoc IERC5267
    function eip712Domain()
        public
        view
        virtual
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        (name, version) = _domain();
        (fields, chainId, verifyingContract) = (0x1f, block.chainid, address(this));
        (salt, extensions) = (ACCOUNTS.networkId(), new uint256[](0));
    }

    /// @notice What is signed for `structHash` of this contract on this network.
    function _typedDataHash(bytes32 structHash) internal view returns (bytes32) {
        (string memory name, string memory version) = _domain();
        bytes32 separator = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                block.chainid,
                address(this),
                ACCOUNTS.networkId()
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }
}
