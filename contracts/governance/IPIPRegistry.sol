// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Proposals of a network, from their text to their effect
/// @notice A PIP has a number whose thousands are its category (see PIPs/README.md), an author, and
/// revisions, each a Markdown text and the actions that it proposes. Text and actions are kept as
/// chunks of code under their hashes, so that every node can serve them.
/// Draft: the author may change everything. Review: a revision restarts its clock. Voting: nothing
/// changes any more. Approved, Rejected (also by the guardian, or when nobody executed in time what
/// was approved), or Withdrawn before the vote. Implemented: its actions ran, and every upgrade that
/// they scheduled is active; for a text, a later vote said so.
interface IPIPRegistry {
    enum Status {
        Draft,
        Review,
        Voting,
        Approved,
        Rejected,
        Implemented,
        Withdrawn
    }

    /// @param category What the text says that it is, and its number therefore has to be: 0 Core (1 to
    /// 999), 1 Interface (1000 to 1999), 2 Process (2000 ..), 3 Informational (3000 .., or beside
    /// what it explains, below 5000), 4 Treasury (4000 ..). Numbers from 9000 on are local to a
    /// network, and of any category; those between are not given yet.
    /// @param title At most 128 bytes.
    /// @param contentHash keccak256 of the Markdown, which is the concatenation of `chunks`.
    /// @param size Of the Markdown, in bytes.
    /// @param chunks Hashes, 1 to 8, all of them stored before.
    struct Text {
        uint8 category;
        string title;
        bytes32 contentHash;
        uint32 size;
        bytes32[] chunks;
    }

    /// @notice Calls of the timelock, at most 15, in order. None for a PIP that is a text alone.
    /// @param tier What the author takes them to need: never less than what ActionTiers says.
    struct Actions {
        uint8 tier;
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
    }

    /// @param submittedAt In seconds since 1970.
    /// @param actions The chunk of abi.encode(targets, values, calldatas); 0 for none.
    struct Revision {
        bytes32 contentHash;
        bytes32 actions;
        uint32 size;
        uint8 tier;
        uint48 submittedAt;
        uint8 category;
        string title;
        bytes32[] chunks;
    }

    /// @param revision The current one; they count from 1.
    /// @param reviewEnds In seconds since 1970, by the period in force now; 0 before the review.
    /// @param proposalId Of the Governor; 0 before the vote.
    /// @param executedAt In seconds since 1970; 0 before.
    /// @param upgrades Ids of UpgradeSchedule that its actions scheduled.
    struct PIP {
        uint256 number;
        address author;
        Status status;
        uint256 revision;
        uint256 reviewEnds;
        uint256 proposalId;
        uint256 executedAt;
        uint256[] upgrades;
        Revision current;
    }

    event ChunkStored(bytes32 indexed hash, address pointer, uint256 size);
    event Revised(
        uint256 indexed number,
        address indexed author,
        uint256 revision,
        bytes32 contentHash,
        string title
    );
    event ReviewOpened(uint256 indexed number, uint256 revision);
    event VotingOpened(uint256 indexed number, uint256 revision, uint256 proposalId);
    event Withdrawn(uint256 indexed number);
    event Executed(uint256 indexed number);
    event UpgradeAwaited(uint256 indexed number, uint256 indexed upgrade);
    event Implemented(uint256 indexed number);

    error UnknownPIP(uint256 number);
    error UnknownRevision(uint256 number, uint256 revision);
    error UnknownChunk(bytes32 hash);
    error InvalidChunkSize(uint256 size, uint256 most);
    /// @dev There was not enough gas, or too great a depth of calls.
    error NotStored();
    error InvalidNumber(uint256 number, uint256 most);
    error NumberTaken(uint256 number);
    error NumberOutsideCategory(uint256 number, uint8 category);
    error InvalidTitle(uint256 size, uint256 most);
    error InvalidChunkCount(uint256 chunks, uint256 most);
    error TooManyActions(uint256 actions, uint256 most);
    error TooManyRevisions(uint256 most);
    error SizeMismatch(uint256 claimed, uint256 actual);
    error ContentMismatch(bytes32 claimed, bytes32 actual);
    error TierUnderstated(uint8 claimed, uint8 actual);
    error TooFewVotes(address author, uint256 votes, uint256 threshold);
    error OnlyAuthor(address caller);
    error OnlyTimelock(address caller);
    error OnlyUpgradeSchedule(address caller);
    error UnexpectedStatus(uint256 number, Status status);
    error InReview(uint256 number, uint256 until);
    error NotRunning(uint256 number, uint256 running);
    error AlreadyExecuted(uint256 number);
    error HasActions(uint256 number);

    /// @notice Stores 1 to 24,575 bytes under their hash. Anyone; again is nothing.
    function putChunk(bytes calldata data) external returns (bytes32 hash);

    /// @notice Takes a number, 1 to 2^32 - 1, for good. Needs the votes that tier 0 asks of authors.
    function submit(uint256 number, Text calldata text, Actions calldata actions) external;

    /// @notice Replaces text and actions, in Draft and Review. By the author, as what follows.
    function revise(uint256 number, Text calldata text, Actions calldata actions) external;

    function openReview(uint256 number) external;

    /// @notice Proposes the revision to the Governor. Needs the votes in the second before that its
    /// tier asks of authors.
    function openVoting(uint256 number) external returns (uint256 proposalId);

    /// @notice Before the vote; afterwards the voters decide. The number stays taken.
    function withdraw(uint256 number) external;

    /// @notice The last action of every PIP. By the timelock.
    function onExecuted(uint256 number) external;

    /// @notice Says that an executed text is put into practice. By the timelock.
    function markImplemented(uint256 number) external;

    /// @notice How many numbers are taken.
    function count() external view returns (uint256);

    /// @notice The number that was taken as the `index`th, from 0.
    function numberAt(uint256 index) external view returns (uint256 number);

    function pip(uint256 number) external view returns (PIP memory);

    function statusOf(uint256 number) external view returns (Status);

    function revisionOf(uint256 number, uint256 revision) external view returns (Revision memory);

    /// @notice The Markdown.
    function content(uint256 number, uint256 revision) external view returns (bytes memory);

    function actionsOf(uint256 number, uint256 revision) external view returns (Actions memory);

    /// @notice What the Governor's `queue` and `execute` take for the current revision.
    function proposalOf(uint256 number)
        external
        view
        returns (
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            bytes32 descriptionHash
        );

    /// @notice The Governor's description: "PIP-42 r3 keccak256:0x..".
    function description(uint256 number) external view returns (string memory);

    function chunk(bytes32 hash) external view returns (bytes memory);

    /// @notice The PIP whose actions run in this transaction; 0 for none.
    function running() external view returns (uint256 number);
}
