// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ACCOUNTS} from "../../precompiles/accounts/IAccounts.sol";
import {MlDsaVerify} from "../../precompiles/mldsa-verify/IMlDsaVerify.sol";
import {MlKem} from "../../precompiles/mlkem/IMlKem.sol";
import {Sha3} from "../../precompiles/sha3/ISha3.sol";
import {SlhDsaVerify} from "../../precompiles/slhdsa-verify/ISlhDsaVerify.sol";

import {AccountAuthentication} from "./AccountAuthentication.sol";

/// @title The post-quantum precompiles of a Pars network, under one name
/// @notice A signature that verifies under a bare key binds neither the network nor an account:
/// what asks who somebody is asks `isValidSignature`, and what signs text of its own brings a
/// context of its own.
library PQ {
    uint8 internal constant ML_DSA_44 = 0x44;
    uint8 internal constant ML_DSA_65 = 0x65;
    uint8 internal constant ML_DSA_87 = 0x87;
    uint8 internal constant SLH_DSA_SHA2_128S = 0x14;
    uint8 internal constant SLH_DSA_SHAKE_256S = 0x1e;

    /// @notice Whether `account` signed `hash` for this network.
    /// @dev See AccountAuthentication.
    function isValidSignature(address account, bytes32 hash, bytes memory signature)
        internal
        view
        returns (bool)
    {
        return AccountAuthentication.isValidSignature(account, hash, signature);
    }

    /// @notice G, the genesis hash: the salt of EIP-712 domains.
    function networkId() internal view returns (bytes32) {
        return ACCOUNTS.networkId();
    }

    /// @notice Whether `signature` is one of `message` by `publicKey` under `context`.
    function verifyMlDsa(
        uint8 parameterSet,
        bytes memory context,
        bytes memory publicKey,
        bytes memory signature,
        bytes memory message
    ) internal view returns (bool) {
        return MlDsaVerify.verify(parameterSet, context, publicKey, signature, message);
    }

    /// @notice The same for a signature that rests on a hash function alone.
    function verifySlhDsa(
        uint8 parameterSet,
        bytes memory context,
        bytes memory publicKey,
        bytes memory signature,
        bytes memory message
    ) internal view returns (bool) {
        return SlhDsaVerify.verify(parameterSet, context, publicKey, signature, message);
    }

    /// @notice Whether the bytes are an encapsulation key of ML-KEM-512, -768 or -1024.
    function isMlKemKey(bytes memory encapsulationKey) internal view returns (bool) {
        return MlKem.isEncapsulationKey(encapsulationKey);
    }

    /// @notice What coins that are public already gave. Keeps nothing secret.
    function mlKemEncapsulate(bytes32 coins, bytes memory encapsulationKey)
        internal
        view
        returns (bytes memory ciphertext, bytes32 sharedSecret)
    {
        return MlKem.encapsulate(coins, encapsulationKey);
    }

    function sha3_256(bytes memory data) internal view returns (bytes32) {
        return Sha3.sha3_256(data);
    }

    function sha3_512(bytes memory data) internal view returns (bytes memory) {
        return Sha3.sha3_512(data);
    }

    function shake128(bytes memory data, uint16 outputLength) internal view returns (bytes memory) {
        return Sha3.shake128(data, outputLength);
    }

    function shake256(bytes memory data, uint16 outputLength) internal view returns (bytes memory) {
        return Sha3.shake256(data, outputLength);
    }
}
