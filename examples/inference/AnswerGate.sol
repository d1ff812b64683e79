// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {INFER} from "../../precompiles/infer/IInfer.sol";
import {VERIFY_INFERENCE} from "../../precompiles/verify-inference/IVerifyInference.sol";

/// @title A gate that a classifier opens
/// @notice Lets in who brings an input that the model puts into one class. The answer has to stand on
/// at least the tier that the gate was built with.
/// @dev The model answers with one int64, little-endian, as a graph does that ends in ArgMax. An input
/// lets in whoever brings it first: were it to prove anything about its bringer, it would have to
/// contain who that is.
contract AnswerGate {
    bytes32 public immutable model;
    int64 public immutable wanted;
    uint8 public immutable minimum;

    mapping(address visitor => bool) public isAdmitted;
    mapping(bytes32 inputHash => bool) public isUsed;

    event Admitted(address indexed visitor, bytes32 indexed inputHash, uint8 tier);

    error AnotherClass(int64 class);
    error LowTier(uint8 tier, uint8 minimum);
    error NoTier(uint8 minimum);
    error NoClass(uint256 outputBytes);
    error UsedInput(bytes32 inputHash);

    /// @param minimum_ 3 EXECUTED, 2 OPTIMISTIC or 1 ATTESTED.
    constructor(bytes32 model_, int64 wanted_, uint8 minimum_) {
        if (minimum_ == 0 || minimum_ > 3) revert NoTier(minimum_);
        (model, wanted, minimum) = (model_, wanted_, minimum_);
    }

    /// @notice Every validator runs the model here and now: tier 3, for models of kind 0.
    function enter(bytes calldata input) external {
        (bytes memory output, uint8 tier) = INFER.infer(model, input);
        _admit(input, output, tier);
    }

    /// @notice With an answer that was made elsewhere, for models of either kind.
    /// @param proof Empty for what was claimed and settled; else signatures of the model's attesters.
    function enterWith(bytes calldata input, bytes calldata output, bytes calldata proof) external {
        _admit(input, output, VERIFY_INFERENCE.verify(model, input, output, minimum, proof));
    }

    function _admit(bytes calldata input, bytes memory output, uint8 tier) private {
        if (tier < minimum) revert LowTier(tier, minimum);
        int64 class = _class(output);
        if (class != wanted) revert AnotherClass(class);
        bytes32 inputHash = keccak256(input);
        if (isUsed[inputHash]) revert UsedInput(inputHash);
        (isUsed[inputHash], isAdmitted[msg.sender]) = (true, true);
        emit Admitted(msg.sender, inputHash, tier);
    }

    function _class(bytes memory output) private pure returns (int64) {
        if (output.length != 8) revert NoClass(output.length);
        uint64 class;
        for (uint256 place = 8; place > 0; place--) {
            class = (class << 8) | uint8(output[place - 1]);
        }
        return int64(class);
    }
}
