// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Names in ChainParams
/// @notice Periods and delays are seconds, shares are basis points, amounts are wei.
library Parameters {
    /// @notice How long a revision is reviewed before it may be voted on.
    bytes32 internal constant REVIEW_PERIOD = "pip.reviewPeriod";
    /// @notice From the proposal to the snapshot of votes.
    bytes32 internal constant VOTE_DELAY = "vote.delay";
    /// @notice The least time for votes after the quorum was reached.
    bytes32 internal constant VOTE_EXTENSION = "vote.extension";
    /// @notice How long what was approved may be queued, and once it may run be executed.
    bytes32 internal constant VOTE_EXPIRY = "vote.expiry";
    /// @notice Who may cancel proposals, as a number; 0 for nobody.
    bytes32 internal constant GUARDIAN = "guardian.account";
    /// @notice Until when, in seconds since 1970.
    bytes32 internal constant GUARDIAN_EXPIRY = "guardian.expiry";

    /// @notice Of tier 0; `ofTier` names those of the others.
    bytes32 internal constant TIER_PERIOD = "tier.0.period";
    /// @notice Share of the votes that there were at the snapshot.
    bytes32 internal constant TIER_QUORUM = "tier.0.quorum";
    /// @notice Votes without which there is no quorum, whatever their share.
    bytes32 internal constant TIER_FLOOR = "tier.0.floor";
    /// @notice Votes that an author needs.
    bytes32 internal constant TIER_THRESHOLD = "tier.0.threshold";
    /// @notice Share of for in for and against that has to be exceeded.
    bytes32 internal constant TIER_MAJORITY = "tier.0.majority";
    /// @notice From the end of the vote to the execution.
    bytes32 internal constant TIER_TIMELOCK = "tier.0.timelock";

    /// @notice What all proposals of tier 0 may spend of the treasury per TREASURY_PERIOD.
    bytes32 internal constant MINOR_SPEND = "treasury.minorSpend";
    /// @notice The same of tier 1.
    bytes32 internal constant MAJOR_SPEND = "treasury.majorSpend";
    /// @notice In which what a tier has spent is forgotten again, second by second.
    bytes32 internal constant TREASURY_PERIOD = "treasury.period";

    /// @notice From the execution of a PIP to the activation of its upgrade.
    bytes32 internal constant UPGRADE_NOTICE = "upgrade.notice";
    /// @notice Share of stake that has to be ready.
    bytes32 internal constant UPGRADE_READINESS = "upgrade.readiness";
    /// @notice How long an upgrade waits for readiness.
    bytes32 internal constant UPGRADE_LAPSE = "upgrade.lapse";

    bytes32 internal constant BLOCK_GAS_LIMIT = "block.gasLimit";

    uint8 internal constant TIERS = 3;

    /// @dev The digit is the sixth byte.
    function ofTier(bytes32 key, uint8 tier) internal pure returns (bytes32) {
        return bytes32(uint256(key) + (uint256(tier) << (8 * 26)));
    }
}
