// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ACCOUNTS} from "../../precompiles/accounts/IAccounts.sol";

/// @title Who signed, by the account's own rules
/// @notice Accounts with keys are asked of the registry, so that a rotated or recovered key has no
/// say from the next transaction on; contracts are asked by ERC-1271. No key is ever hashed into an
/// address here.
/// @dev A signature of an account is the ML-DSA signature alone, for an account with a record, or
/// algorithm (1 byte) || public key || signature, for any account. Their lengths tell them apart:
/// 2420, 3309, 4627 and 3733, 5262, 7220 bytes.
library AccountAuthentication {
    /// @notice Whether `account` signed `hash`: for an account with keys, under the context
    /// pars-712-v1 over networkId || hash, which binds the network. What a contract binds is its
    /// own affair.
    function isValidSignature(address account, bytes32 hash, bytes memory signature)
        internal
        view
        returns (bool)
    {
        if (account.code.length > 0) {
            return SignatureChecker.isValidERC1271SignatureNow(account, hash, signature);
        }
        uint256 publicKeyLength = _publicKeyLength(signature);
        if (publicKeyLength == 0) return ACCOUNTS.verify(account, hash, signature);
        return ACCOUNTS.verifyWithKey(
            account,
            uint8(signature[0]),
            _slice(signature, 1, publicKeyLength),
            hash,
            _slice(signature, 1 + publicKeyLength, signature.length - 1 - publicKeyLength)
        );
    }

    /// @notice The hash of the key that `signature` brings, where that is not the key that `account`
    /// has in the registry: one that was replaced, or somebody else's. Zero where it is, where
    /// none is brought, and for accounts without a record. Says nothing of what was signed.
    function otherKeyHash(address account, bytes memory signature)
        internal
        view
        returns (bytes32 keyHash)
    {
        uint256 publicKeyLength = _publicKeyLength(signature);
        bytes32 recorded = ACCOUNTS.keyOf(account);
        if (publicKeyLength == 0 || recorded == 0) return 0;
        assembly ("memory-safe") {
            keyHash := keccak256(add(signature, 32), add(publicKeyLength, 1))
        }
        if (keyHash == recorded) return 0;
    }

    /// @dev Zero for a signature that brings no key.
    function _publicKeyLength(bytes memory signature) private pure returns (uint256) {
        if (signature.length == 3733 && signature[0] == 0x44) return 1312;
        if (signature.length == 5262 && signature[0] == 0x65) return 1952;
        if (signature.length == 7220 && signature[0] == 0x87) return 2592;
        return 0;
    }

    function _slice(bytes memory data, uint256 start, uint256 length)
        private
        pure
        returns (bytes memory part)
    {
        part = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), start), length)
        }
    }
}
