// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MlDsa44} from "../../precompiles/mldsa-44/IMlDsa44.sol";
import {MlDsa65} from "../../precompiles/mldsa-65/IMlDsa65.sol";
import {MlDsa87} from "../../precompiles/mldsa-87/IMlDsa87.sol";
import {MlDsaVerify} from "../../precompiles/mldsa-verify/IMlDsaVerify.sol";

/// @notice Puts the verification libraries behind an ABI.
contract MlDsaCaller {
    function verify44(bytes memory publicKey, bytes memory signature, bytes memory message)
        external
        view
        returns (bool)
    {
        return MlDsa44.verify(publicKey, signature, message);
    }

    function verify65(bytes memory publicKey, bytes memory signature, bytes memory message)
        external
        view
        returns (bool)
    {
        return MlDsa65.verify(publicKey, signature, message);
    }

    function verify87(bytes memory publicKey, bytes memory signature, bytes memory message)
        external
        view
        returns (bool)
    {
        return MlDsa87.verify(publicKey, signature, message);
    }

    function verify(
        uint8 mode,
        bytes memory context,
        bytes memory publicKey,
        bytes memory signature,
        bytes memory message
    ) external view returns (bool) {
        return MlDsaVerify.verify(mode, context, publicKey, signature, message);
    }
}
