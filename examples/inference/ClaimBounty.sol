// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {INFERENCE_CLAIMS} from "../../precompiles/inference-claims/IInferenceClaims.sol";

/// @title Bounties for claims that survive their window
/// @notice A consumer puts up PARS for the answer of a model to one input. Whoever claimed an answer in
/// 0x0305, with a bond of at least the consumer's minimum, is paid once the claim is settled.
/// @dev What an answer is worth in other hands is for the consumer to weigh against `minimumBond`: that
/// is what a false claim loses. Who disputes a true claim only to let the deadline pass loses a bond of
/// that size to the claimant, so that no reward above it is worth claiming for.
contract ClaimBounty {
    struct Bounty {
        bytes32 model;
        /// SHA3-256.
        bytes32 inputHash;
        address consumer;
        /// In seconds since 1970; from then on the consumer may have the reward back.
        uint64 deadline;
        uint256 reward;
        uint256 minimumBond;
    }

    uint8 private constant SETTLED = 2;

    uint256 public count;
    mapping(uint256 number => Bounty) public bounties;

    event Offered(
        uint256 indexed number,
        bytes32 indexed model,
        bytes32 indexed inputHash,
        uint256 reward,
        uint256 minimumBond,
        uint64 deadline
    );
    event Paid(uint256 indexed number, bytes32 indexed claim, address indexed claimant, bytes32 outputHash);
    event Refunded(uint256 indexed number);

    error NoReward();
    error PastDeadline(uint64 deadline);
    error NoBounty(uint256 number);
    error ClaimNotSettled(uint8 status);
    error AnotherQuestion(bytes32 model, bytes32 inputHash);
    error BondTooSmall(uint256 bond, uint256 minimumBond);
    error BeforeDeadline(uint64 deadline);
    error PaymentRefused(address to);

    /// @param inputHash SHA3-256 of the input, as claims have it.
    /// @param deadline Long enough for the model's window and a dispute.
    function offer(bytes32 model, bytes32 inputHash, uint256 minimumBond, uint64 deadline)
        external
        payable
        returns (uint256 number)
    {
        if (msg.value == 0) revert NoReward();
        if (deadline <= block.timestamp) revert PastDeadline(deadline);
        number = ++count;
        bounties[number] = Bounty(model, inputHash, msg.sender, deadline, msg.value, minimumBond);
        emit Offered(number, model, inputHash, msg.value, minimumBond, deadline);
    }

    /// @notice Pays the claimant of a settled claim, whoever asks for it; also past the deadline, as long
    /// as the reward is here.
    function collect(uint256 number, bytes32 claim) external {
        Bounty memory bounty = _taken(number);
        (
            uint8 status,
            bytes32 model,
            address claimant,
            uint256 bond,,
            bytes32 inputHash,
            bytes32 outputHash,,,,
        ) = INFERENCE_CLAIMS.claimOf(claim);
        if (status != SETTLED) revert ClaimNotSettled(status);
        if (model != bounty.model || inputHash != bounty.inputHash) {
            revert AnotherQuestion(model, inputHash);
        }
        if (bond < bounty.minimumBond) revert BondTooSmall(bond, bounty.minimumBond);
        emit Paid(number, claim, claimant, outputHash);
        _pay(claimant, bounty.reward);
    }

    /// @notice Gives the reward back to the consumer, whoever asks for it.
    function refund(uint256 number) external {
        Bounty memory bounty = _taken(number);
        if (block.timestamp < bounty.deadline) revert BeforeDeadline(bounty.deadline);
        emit Refunded(number);
        _pay(bounty.consumer, bounty.reward);
    }

    function _taken(uint256 number) private returns (Bounty memory bounty) {
        bounty = bounties[number];
        if (bounty.reward == 0) revert NoBounty(number);
        delete bounties[number];
    }

    function _pay(address to, uint256 amount) private {
        (bool isPaid,) = to.call{value: amount}("");
        if (!isPaid) revert PaymentRefused(to);
    }
}
