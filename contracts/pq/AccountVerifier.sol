// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";

import {AccountAuthentication} from "./AccountAuthentication.sol";

/// @title ERC-7913 verifier of accounts
/// @notice The key is the account's address, 20 bytes, and not a public key: which public key
/// speaks for it may change, and the signer `verifier || account` goes on meaning the same account.
/// @dev Signatures are those of AccountAuthentication. Stateless, and never reverts for an account
/// with keys.
contract AccountVerifier is IERC7913SignatureVerifier {
    /// @inheritdoc IERC7913SignatureVerifier
    function verify(bytes calldata key, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        bool valid = key.length == 20
            && AccountAuthentication.isValidSignature(address(bytes20(key)), hash, signature);
        return valid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }
}
