// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

IVerifyInference constant VERIFY_INFERENCE = IVerifyInference(address(0x0304));

/// @title What stands behind an answer of a model
/// @notice Tiers: 3 EXECUTED, every validator ran it; 2 OPTIMISTIC, a bonded claim outlived its window;
/// 1 ATTESTED, enough of the named accounts signed, which is their word and no proof; 0 nothing.
interface IVerifyInference {
    /// @notice The tier of `output`, or 0 where it is below `minimum`.
    /// @param proof Empty: executed now, or found among settled claims. Else signatures of those whom
    /// the model's registration names.
    function verify(
        bytes32 model,
        bytes calldata input,
        bytes calldata output,
        uint8 minimum,
        bytes calldata proof
    ) external view returns (uint8 tier);

    /// @notice Whether `threshold` of the attesters whom the caller names signed.
    /// @param attesters Root over their addresses.
    function verifyAttested(
        bytes32 model,
        bytes calldata input,
        bytes calldata output,
        bytes32 attesters,
        uint64 threshold,
        bytes calldata proof
    ) external view returns (bool attested);

    /// @notice The settled claim about an answer, by SHA3-256 of input and output; zero: none.
    function settledClaim(bytes32 model, bytes32 inputHash, bytes32 outputHash)
        external
        view
        returns (bytes32 id);

    /// @notice What an attester signs, as accounts.verify has it.
    function attestationHash(bytes32 model, bytes calldata input, bytes calldata output)
        external
        view
        returns (bytes32 hash);
}
