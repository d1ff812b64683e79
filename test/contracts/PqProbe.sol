// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {PQ} from "../../contracts/pq/PQ.sol";
import {WeightedMultisig} from "../../contracts/pq/WeightedMultisig.sol";

/// @notice The library from outside.
contract PqProbe {
    function isValidSignature(address account, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return PQ.isValidSignature(account, hash, signature);
    }

    /// @dev As contracts that know ERC-7913 ask.
    function isValidSignatureOfSigner(bytes calldata signer, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return SignatureChecker.isValidSignatureNow(signer, hash, signature);
    }

    function networkId() external view returns (bytes32) {
        return PQ.networkId();
    }

    function verifyMlDsa(uint8 set, bytes calldata context, bytes[3] calldata parts)
        external
        view
        returns (bool)
    {
        return PQ.verifyMlDsa(set, context, parts[0], parts[1], parts[2]);
    }

    function verifySlhDsa(uint8 set, bytes calldata context, bytes[3] calldata parts)
        external
        view
        returns (bool)
    {
        return PQ.verifySlhDsa(set, context, parts[0], parts[1], parts[2]);
    }

    function isMlKemKey(bytes calldata key) external view returns (bool) {
        return PQ.isMlKemKey(key);
    }

    function mlKemEncapsulate(bytes32 coins, bytes calldata key)
        external
        view
        returns (bytes memory, bytes32)
    {
        return PQ.mlKemEncapsulate(coins, key);
    }

    function hashes(bytes calldata data, uint16 length)
        external
        view
        returns (bytes32, bytes memory, bytes memory, bytes memory)
    {
        return (
            PQ.sha3_256(data),
            PQ.sha3_512(data),
            PQ.shake128(data, length),
            PQ.shake256(data, length)
        );
    }
}

/// @notice A contract that others ask by ERC-1271, and that may change its mind.
contract Vouching {
    bytes32 public vouched;

    function vouch(bytes32 hash) external {
        vouched = hash;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        require(hash != bytes32(uint256(0xbad)), "never");
        return hash == vouched ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice What a multisig calls: counts, fails, and calls back.
contract Target {
    uint256 public count;
    bytes public answer;

    function increment() external payable returns (uint256) {
        return ++count;
    }

    function fail() external pure {
        revert("told to");
    }

    /// @dev Remembers how `data` to the caller ended, and goes on.
    function callBack(bytes calldata data) external {
        (bool done, bytes memory output) = msg.sender.call(data);
        answer = abi.encode(done, output);
    }
}

/// @notice Takes part as an owner that is a contract: it approves on chain.
contract ApprovingOwner {
    function approve(WeightedMultisig multisig, bytes32 digest) external {
        multisig.approve(digest);
    }
}
