// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AccountAuthentication} from "../pq/AccountAuthentication.sol";
import {NetworkEIP712} from "../pq/NetworkEIP712.sol";

/// @title Requests that an account signs and anyone brings
/// @dev Signatures are those of AccountAuthentication, over typed data of a domain that has the
/// genesis hash for its salt. Each contract says what makes its requests valid only once.
abstract contract SignedRequests is NetworkEIP712 {
    /// @param deadline The last second at which the request held.
    error Expired(uint256 deadline);
    /// @dev Also of an account whose key is another by now, and of a request with other values.
    error InvalidSignature(address account);

    function _requireInTime(uint256 deadline) internal view {
        if (block.timestamp > deadline) revert Expired(deadline);
    }

    function _requireSigned(address account, bytes32 structHash, bytes memory signature)
        internal
        view
    {
        bytes32 digest = _typedDataHash(structHash);
        if (!AccountAuthentication.isValidSignature(account, digest, signature)) {
            revert InvalidSignature(account);
        }
    }
}
