// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MlDsaVerify} from "../../precompiles/mldsa-verify/IMlDsaVerify.sol";

interface INotary {
    event Attested(bytes32 indexed document, address indexed by, bool genuine);

    /// @notice Records whether `signature` is one of `document` by `publicKey`.
    function attest(bytes32 document, bytes calldata publicKey, bytes calldata signature)
        external
        returns (bool genuine);
}

/// @notice Checks ML-DSA-65 signatures of documents and remembers the genuine ones.
contract Notary is INotary {
    mapping(bytes32 document => uint256 signatures) public attestations;

    function attest(bytes32 document, bytes calldata publicKey, bytes calldata signature)
        external
        returns (bool genuine)
    {
        genuine = check(document, publicKey, signature);
        if (genuine) attestations[document]++;
        emit Attested(document, msg.sender, genuine);
    }

    function check(bytes32 document, bytes memory publicKey, bytes memory signature)
        public
        view
        returns (bool)
    {
        return MlDsaVerify.verify(
            MlDsaVerify.ML_DSA_65, "pars-712-v1", publicKey, signature, abi.encode(document)
        );
    }
}

/// @notice Reaches the notary as other contracts do: through its interface.
contract Desk {
    INotary private immutable notary;

    constructor(INotary notary_) {
        notary = notary_;
    }

    function submit(bytes32 document, bytes calldata publicKey, bytes calldata signature)
        external
        returns (bool)
    {
        return notary.attest(document, publicKey, signature);
    }
}
